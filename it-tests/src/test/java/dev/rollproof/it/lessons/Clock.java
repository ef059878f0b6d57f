// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.lessons;

import dev.rollproof.clock.image.ClockImages;
import dev.rollproof.clock.image.ImageTar;
import dev.rollproof.harness.K3s;
import dev.rollproof.it.Yaml;
import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.ImageBehavior;
import dev.rollproof.sim.Images;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LifecycleBuilder;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * The application of the lessons: a web page with a clock, in versions 1.0, 1.1 and 1.2, and {@code broken}, whose program is
 * {@code false}. Unless told otherwise it is ready soon, and drains for three seconds when it is asked to end: it goes on
 * answering, and says {@code Connection: close}. Immutable; each step returns another one.
 *
 * <p>What is asked of it stands in the manifest twice, so that the same manifest means the same on both kinds of cluster: for
 * the program in variables {@code CLOCK_…}, for the simulation in annotations {@code sim.rollproof.dev/…}.
 */
public record Clock(Deployment deployment) {
    /** Where the tests of clock-image have left them. */
    private static final Path TARS = Path.of("..", "clock-image", "target", "images");

    /** Three replicas of version 1.0. */
    static Clock in(String namespace) {
        return new Clock(Yaml.read(Deployment.class, """
                        apiVersion: apps/v1
                        kind: Deployment
                        metadata: {name: clock, namespace: %s}
                        spec:
                          replicas: 3
                          selector: {matchLabels: {app: clock}}
                          template:
                            metadata: {labels: {app: clock}}
                            spec:
                              terminationGracePeriodSeconds: 15
                              containers:
                              - name: web
                                image: clock:1.0
                                ports: [{containerPort: 8080}]
                                readinessProbe: {periodSeconds: 1, httpGet: {path: /readyz, port: 8080}}
                                resources: {limits: {memory: 40Mi}}
                                securityContext: {runAsNonRoot: true, readOnlyRootFilesystem: true}
                        """.formatted(namespace))).drainsFor(Duration.ofSeconds(3));
    }

    Clock version(String version) {
        return image("clock:" + version);
    }

    Clock image(String image) {
        return with(clock -> web(clock).setImage(image));
    }

    Clock replicas(int replicas) {
        return with(clock -> clock.getSpec().setReplicas(replicas));
    }

    /** On SIGTERM it answers for so long and ends then. */
    Clock drainsFor(Duration time) {
        return says("CLOCK_STOP", "drain")
                .says("CLOCK_STOP_AFTER", time.toMillis() + "ms")
                .means("drains-for", time.toMillis() + "ms")
                .means("closes-while-draining", "true");
    }

    /** On SIGTERM it ends at once, whatever it was doing. */
    Clock exitsAtOnce() {
        return says("CLOCK_STOP", "immediate")
                .says("CLOCK_STOP_AFTER", "")
                .means("drains-for", "")
                .means("closes-while-draining", "");
    }

    /** Before SIGTERM the kubelet waits for so long. */
    Clock sleepsBeforeItStops(Duration time) {
        return with(clock -> web(clock)
                .setLifecycle(new LifecycleBuilder()
                        .withNewPreStop()
                        .withNewSleep(time.toSeconds())
                        .endPreStop()
                        .build()));
    }

    /** So long after its start it says that it is ready. */
    Clock readyAfter(Duration time) {
        return says("CLOCK_READY_AFTER", time.toMillis() + "ms").means("ready-after", time.toMillis() + "ms");
    }

    /** It runs, and never says that it is ready. */
    Clock neverReady() {
        return says("CLOCK_NEVER_READY", "true").means("never-ready", "true");
    }

    /** It ends by itself so long after each start, with exit code 7. */
    Clock crashesAfter(Duration time) {
        return says("CLOCK_CRASH_AFTER", time.toMillis() + "ms")
                .says("CLOCK_EXIT_CODE", "7")
                .means("crash-after", time.toMillis() + "ms")
                .means("exit-code", "7");
    }

    /** It mounts a volume of the Secret of this name. */
    Clock mountsSecret(String secret) {
        return with(clock -> {
            clock.getSpec()
                    .getTemplate()
                    .getSpec()
                    .setVolumes(List.of(new VolumeBuilder()
                            .withName("secret")
                            .withNewSecret()
                            .withSecretName(secret)
                            .endSecret()
                            .build()));
            web(clock)
                    .setVolumeMounts(List.of(new VolumeMountBuilder()
                            .withName("secret")
                            .withMountPath("/secret")
                            .build()));
        });
    }

    /** For so long no pod may make progress before the controller says that the rollout has failed. */
    Clock progressDeadline(int seconds) {
        return with(clock -> clock.getSpec().setProgressDeadlineSeconds(seconds));
    }

    /** Another Deployment beside the first: its pods have this label, too, and it selects by it. */
    Clock named(String name, String label, String value) {
        return with(clock -> clock.getMetadata().setName(name)).labelled(label, value, true);
    }

    Clock labelled(String label, String value) {
        return labelled(label, value, false);
    }

    private Clock labelled(String label, String value, boolean selects) {
        return with(clock -> {
            var template = clock.getSpec().getTemplate().getMetadata();
            template.setLabels(with(template.getLabels(), label, value));
            if (selects) {
                var selector = clock.getSpec().getSelector();
                selector.setMatchLabels(with(selector.getMatchLabels(), label, value));
            }
        });
    }

    /** A Service over the pods of the application that have this label, too. */
    Service service(String name, String label, String value) {
        Service service = service();
        service.getMetadata().setName(name);
        service.getSpec().setSelector(with(service.getSpec().getSelector(), label, value));
        return service;
    }

    /** One Service over all pods of the application, whatever their version. */
    Service service() {
        return Yaml.read(Service.class, """
                apiVersion: v1
                kind: Service
                metadata: {name: clock, namespace: %s}
                spec:
                  type: NodePort
                  selector: {app: clock}
                  ports: [{port: 80, targetPort: 8080}]
                """.formatted(deployment.getMetadata().getNamespace()));
    }

    ObjectRef ref() {
        return new ObjectRef(
                "Deployment",
                deployment.getMetadata().getNamespace(),
                deployment.getMetadata().getName());
    }

    String image() {
        return web(deployment).getImage();
    }

    /** In the environment of the program; nothing for {@code ""}. */
    private Clock says(String variable, String value) {
        return with(clock -> {
            var environment = web(clock).getEnv();
            environment.removeIf(known -> known.getName().equals(variable));
            if (!value.isEmpty()) {
                environment.add(new EnvVar(variable, value, null));
            }
        });
    }

    /** The same for the simulation; nothing for {@code ""}. */
    private Clock means(String word, String value) {
        return with(clock -> {
            var template = clock.getSpec().getTemplate().getMetadata();
            template.setAnnotations(with(template.getAnnotations(), Images.ANNOTATION_PREFIX + word, value));
        });
    }

    private static Map<String, String> with(Map<String, String> before, String key, String value) {
        Map<String, String> after = new TreeMap<>(before == null ? Map.of() : before);
        after.put(key, value);
        if (value.isEmpty()) {
            after.remove(key);
        }
        return after;
    }

    private static Container web(Deployment clock) {
        return clock.getSpec().getTemplate().getSpec().getContainers().get(0);
    }

    private Clock with(Consumer<Deployment> change) {
        Deployment copy = Models.copy(deployment);
        change.accept(copy);
        return new Clock(copy);
    }

    /** What the images do, declared for the simulation. */
    static Images declared() {
        return declared(UnaryOperator.identity());
    }

    /** The same, where those that work take their time. */
    public static Images declared(UnaryOperator<ImageBehavior> times) {
        return new Images()
                .declare("clock:*", times.apply(ImageBehavior.wellBehaved().runsAsNonRoot()))
                .declare(
                        "clock:broken",
                        ImageBehavior.wellBehaved()
                                .runsAsNonRoot()
                                .crashesAfter(Duration.ZERO)
                                .withExitCode(1))
                .unknownAreNotFound();
    }

    /** Builds the images if they are not there, which takes no engine and some seconds, and loads them onto a real node. */
    static synchronized void loadInto(K3s node) throws InterruptedException {
        for (ImageTar image : ClockImages.forThisHost().buildInto(TARS)) {
            node.loadImage(image.tar());
        }
    }
}
