// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.compare;

import dev.rollproof.k8s.ObjectRef;
import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.k8s.rolling.Fenceposts;
import dev.rollproof.k8s.selection.Selectors;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * One change of one workload, to be made under several strategies. Immutable: models are copied when they are handed in, and must
 * not be changed when they are handed out.
 *
 * @param before the Deployment as it is at first, with its namespace
 * @param after the same with the new image
 * @param bad a version that turns out to be bad; empty where none is to be tried
 * @param service the Service that its users reach it by; empty where it has none
 * @param others what else has to be there, in the order in which it is created
 */
public record Scenario(
        Deployment before, Deployment after, Optional<Bad> bad, Optional<Service> service, List<HasMetadata> others) {
    private static final int USUAL_PORT = 8080;

    /**
     * A version that turns out to be bad.
     *
     * @param deployment the Deployment with its image
     * @param inWords what is bad about it, for people, such as {@code clock:broken, which exits with 1 at once}
     */
    public record Bad(Deployment deployment, String inWords) {
        public Bad {
            Objects.requireNonNull(deployment, "deployment");
            Objects.requireNonNull(inWords, "inWords");
        }
    }

    public Scenario {
        Objects.requireNonNull(before, "before");
        Objects.requireNonNull(after, "after");
        Objects.requireNonNull(bad, "bad");
        Objects.requireNonNull(service, "service");
        others = List.copyOf(others);
        service.ifPresent(chosen -> {
            if (!selects(chosen, before)) {
                throw new IllegalArgumentException(
                        "Service/" + chosen.getMetadata().getName()
                                + " does not select the pods of Deployment/"
                                + before.getMetadata().getName());
            }
        });
    }

    /**
     * The change from a Deployment's image to another.
     *
     * @param container the container that gets it; empty where there is only one, or only one of the same repository
     * @throws IllegalArgumentException in one sentence, if it is not clear which container is meant, or it has that image
     *     already, or the Deployment has no replicas
     */
    public static Scenario of(Deployment manifest, Optional<String> container, String image) {
        Deployment before = Models.copy(manifest);
        ObjectMeta metadata = before.getMetadata();
        if (metadata.getNamespace() == null) {
            metadata.setNamespace("default");
        }
        String name = "Deployment/" + metadata.getName();
        if (Fenceposts.replicas(before) < 1) {
            throw new IllegalArgumentException(name + " has 0 replicas, so there is nothing to roll out; give it some");
        }
        Container changed = container(before, name, container, image);
        if (image.equals(changed.getImage())) {
            throw new IllegalArgumentException(name + " has the image " + image + " already in container \""
                    + changed.getName() + "\", so nothing would change; name another one");
        }
        return new Scenario(
                before, withImage(before, changed.getName(), image), Optional.empty(), Optional.empty(), List.of());
    }

    private static Container container(Deployment d, String name, Optional<String> wanted, String image) {
        List<Container> all = d.getSpec().getTemplate().getSpec().getContainers();
        String names = all.stream().map(Container::getName).collect(Collectors.joining(", "));
        if (wanted.isPresent()) {
            return all.stream()
                    .filter(c -> wanted.get().equals(c.getName()))
                    .findFirst()
                    .orElseThrow(() -> new IllegalArgumentException(
                            name + " has no container \"" + wanted.get() + "\"; it has " + names));
        }
        List<Container> likely = all.size() == 1
                ? all
                : all.stream()
                        .filter(c ->
                                c.getImage() != null && repository(c.getImage()).equals(repository(image)))
                        .toList();
        if (likely.size() != 1) {
            throw new IllegalArgumentException(name + " has the containers " + names
                    + ", and it is not clear which of them gets " + image + "; name it");
        }
        return likely.get(0);
    }

    private static String repository(String image) {
        String name = image.contains("@") ? image.substring(0, image.indexOf('@')) : image;
        int colon = name.lastIndexOf(':');
        return colon > name.lastIndexOf('/') ? name.substring(0, colon) : name;
    }

    private static Deployment withImage(Deployment d, String container, String image) {
        Deployment changed = Models.copy(d);
        changed.getSpec().getTemplate().getSpec().getContainers().stream()
                .filter(c -> c.getName().equals(container))
                .forEach(c -> c.setImage(image));
        return changed;
    }

    /**
     * With a version that turns out to be bad, to be tried too: this image where the new one would be.
     *
     * @param inWords what is bad about it, for people
     */
    public Scenario withBadImage(String image, String inWords) {
        Bad version = new Bad(withImage(after, changedContainer(), image), inWords);
        return new Scenario(before, after, Optional.of(version), service, others);
    }

    /** Behind a Service, which has to select its pods. */
    public Scenario behind(Service value) {
        Service copy = Models.copy(value);
        copy.getMetadata().setNamespace(before.getMetadata().getNamespace());
        return new Scenario(before, after, bad, Optional.of(copy), others);
    }

    /** With objects that have to be there first. */
    public Scenario with(List<? extends HasMetadata> values) {
        return new Scenario(
                before, after, bad, service, values.stream().map(Models::copy).collect(Collectors.toList()));
    }

    /** Whether a Service in the same namespace selects the pods of a Deployment. */
    public static boolean selects(Service service, Deployment deployment) {
        Map<String, String> selector =
                service.getSpec() == null ? null : service.getSpec().getSelector();
        ObjectMeta pods = deployment.getSpec().getTemplate().getMetadata();
        Map<String, String> labels = pods == null ? null : pods.getLabels();
        return selector != null && !selector.isEmpty() && labels != null && Selectors.containsAll(labels, selector);
    }

    /** The Deployment's name. */
    public ObjectRef ref() {
        return new ObjectRef(
                "Deployment",
                before.getMetadata().getNamespace(),
                before.getMetadata().getName());
    }

    /** How many pods a whole version has. */
    public int replicas() {
        return Fenceposts.replicas(before);
    }

    private String changedContainer() {
        List<Container> old = before.getSpec().getTemplate().getSpec().getContainers();
        List<Container> now = after.getSpec().getTemplate().getSpec().getContainers();
        for (int i = 0; i < old.size(); i++) {
            if (!Objects.equals(old.get(i).getImage(), now.get(i).getImage())) {
                return now.get(i).getName();
            }
        }
        throw new IllegalStateException("no image differs between " + before + " and " + after);
    }

    /** The image that is replaced. */
    public String oldImage() {
        return image(before);
    }

    /** The image that takes its place. */
    public String newImage() {
        return image(after);
    }

    private String image(Deployment one) {
        String container = changedContainer();
        return one.getSpec().getTemplate().getSpec().getContainers().stream()
                .filter(c -> c.getName().equals(container))
                .map(Container::getImage)
                .findFirst()
                .orElse("");
    }

    /** The Service to measure by: the one that there is, or one over the Deployment's pods. */
    Service measured() {
        return service.orElseGet(() -> {
            List<ContainerPort> ports = before.getSpec()
                    .getTemplate()
                    .getSpec()
                    .getContainers()
                    .get(0)
                    .getPorts();
            int port =
                    ports == null || ports.isEmpty() ? USUAL_PORT : ports.get(0).getContainerPort();
            return new ServiceBuilder()
                    .withNewMetadata()
                    .withName(before.getMetadata().getName())
                    .withNamespace(before.getMetadata().getNamespace())
                    .endMetadata()
                    .withNewSpec()
                    .withSelector(before.getSpec().getTemplate().getMetadata().getLabels())
                    .addNewPort()
                    .withPort(80)
                    .withTargetPort(new IntOrString(port))
                    .endPort()
                    .endSpec()
                    .build();
        });
    }
}
