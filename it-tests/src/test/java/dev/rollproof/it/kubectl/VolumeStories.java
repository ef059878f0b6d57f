// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static dev.rollproof.it.kubectl.Commands.command;
import static dev.rollproof.it.kubectl.Commands.rolledOut;
import static dev.rollproof.it.kubectl.Commands.with;
import static dev.rollproof.it.kubectl.Commands.workload;

import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/**
 * Volumes that are given out by hand: of a class of which there is no object, since clusters differ in the classes that they have. Each
 * story has its own, for volumes are everybody's and a claim takes any of its class.
 */
final class VolumeStories {
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: web}
            spec:
              terminationGracePeriodSeconds: 1
              containers:
              - {name: web, image: "page:1.0", volumeMounts: [{name: data, mountPath: /data}]}
              volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
            """;

    private static String volume(String name, String storageClass) {
        return """
                apiVersion: v1
                kind: PersistentVolume
                metadata: {name: %1$s}
                spec: {storageClassName: %2$s, capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce, ReadOnlyMany],
                  hostPath: {path: /tmp/%1$s, type: DirectoryOrCreate}}
                """.formatted(name, storageClass);
    }

    private static String claim(String name, String size) {
        return """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: %s}
                spec: {storageClassName: by-hand, accessModes: [ReadWriteOnce], resources: {requests: {storage: %s}}}
                """.formatted(name, size);
    }

    static final List<Step> VOLUMES = List.of(
            with(volume("of-kubectl", "by-hand"), "apply", "-f", "-").exits(0),
            command("wait", "--for=jsonpath={.status.phase}=Available", "pv/of-kubectl", "--timeout=60s")
                    .exits(0),
            command("get", "pv", "of-kubectl").exits(0),
            with(claim("data", "500Mi") + "---\n" + claim("large", "2Gi"), "apply", "-f", "-")
                    .exits(0),
            command("wait", "--for=jsonpath={.status.phase}=Bound", "pvc/data", "--timeout=60s")
                    .exits(0),
            // Not sooner: whether a pod is told that it waits for its claim depends on who is first.
            with(POD, "apply", "-f", "-").exits(0),
            command("wait", "--for=condition=Ready", "pod/web", "--timeout=60s").exits(0),
            command("get", "pvc").exits(0),
            command("get", "persistentvolumeclaims", "-o", "wide").exits(0),
            command("get", "pv", "of-kubectl", "-o", "wide").exits(0),
            command("get", "pvc", "data", "-o", "jsonpath={.status.phase} {.status.capacity} {.spec.volumeName}")
                    .exits(0),
            command("describe", "pvc", "data").exits(0),
            command("describe", "pv", "of-kubectl").exits(0),
            command("describe", "pod", "web").exits(0).inAnyOrder(),
            command("get", "storageclass", "by-hand").exits(1),
            command("describe", "pvc", "large").exits(0),
            command("patch", "pvc", "data", "-p", "{\"spec\":{\"resources\":{\"requests\":{\"storage\":\"2Gi\"}}}}")
                    .exits(1),
            command("delete", "pvc", "data", "--wait=false").exits(0),
            command("get", "pvc", "data").exits(0),
            command("delete", "pod", "web").exits(0),
            // What is gone before it looks, it says nothing of.
            command("wait", "--for=delete", "pvc/data", "--timeout=60s")
                    .exits(0)
                    .exitOnly(),
            command("wait", "--for=jsonpath={.status.phase}=Released", "pv/of-kubectl", "--timeout=60s")
                    .exits(0),
            command("get", "pv", "of-kubectl").exits(0),
            command("delete", "pv", "of-kubectl").exits(0));

    static final List<Step> CLAIMS = List.of(
            with(volume("of-web-a", "of-sets") + "---\n" + volume("of-web-b", "of-sets"), "apply", "-f", "-")
                    .exits(0),
            with(
                            workload(
                                            "StatefulSet",
                                            "replicas: 2, serviceName: web, volumeClaimTemplates: [{metadata: {name: data}, spec:"
                                                    + " {storageClassName: of-sets, accessModes: [ReadWriteOnce], resources:"
                                                    + " {requests: {storage: 1Gi}}}}],")
                                    .replace("terminationGrace", "volumes: [], terminationGrace"),
                            "apply",
                            "-f",
                            "-")
                    .exits(0),
            rolledOut("statefulset/web"),
            command(
                            "get",
                            "pvc",
                            "-o",
                            "custom-columns=N:.metadata.name,L:.metadata.labels,P:.status.phase,F:.metadata.finalizers")
                    .exits(0),
            command("get", "statefulset", "web", "-o", "jsonpath={.spec.volumeClaimTemplates}")
                    .exits(0),
            command("describe", "statefulset", "web").exits(0).inAnyOrder(),
            command("delete", "statefulset", "web", "--cascade=foreground").exits(0),
            command("get", "pvc", "-o", "name").exits(0),
            command("delete", "pvc", "--all").exits(0),
            command("delete", "pv", "of-web-a", "of-web-b").exits(0));

    private VolumeStories() {}
}
