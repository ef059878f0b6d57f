// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static dev.rollproof.it.kubectl.Commands.apply;
import static dev.rollproof.it.kubectl.Commands.command;
import static dev.rollproof.it.kubectl.Commands.manifest;
import static dev.rollproof.it.kubectl.Commands.rolledOut;
import static dev.rollproof.it.kubectl.Commands.with;

import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/** Objects: written, changed, created and deleted. */
final class ObjectStories {
    static final List<Step> APPLY = List.of(
            apply("page:1.0").exits(0),
            apply("page:1.0").exits(0),
            with(manifest("page:1.1"), "diff", "-f", "-").exits(1).exitOnly(),
            with(manifest("page:1.1"), "apply", "--dry-run=server", "-f", "-").exits(0),
            apply("page:1.1").exits(0),
            rolledOut(),
            command("get", "deployment", "clock", "-o", "jsonpath={.spec.template.spec.containers[0].image}")
                    .exits(0),
            with(manifest("page:1.0").replace("replicas: 2", "replcas: 2"), "apply", "-f", "-")
                    .exits(1),
            with(manifest("page:1.0").replace("replicas: 2", "replicas: -2"), "apply", "-f", "-")
                    .exits(1),
            with(manifest("page:1.0"), "replace", "-f", "-").exits(0),
            with(manifest("page:1.0"), "create", "-f", "-").exits(1));

    private static Step wrong(String is, String isNot) {
        return with(manifest("page:1.0").replace(is, isNot), "create", "-f", "-")
                .exits(1);
    }

    /** What is of another type than its field, such as what lost its quotes. */
    static final List<Step> WRONG_TYPES = List.of(
            wrong("replicas: 2", "replicas: \"2\""),
            wrong("image: page:1.0", "image: 1.0"),
            wrong("{containerPort: 8080}", "{containerPort: \"8080\"}"),
            wrong("containers:", "containers: {}\n      initContainers:"),
            wrong("labels: {app: clock}}\n    spec", "labels: {app: 1}}\n    spec"),
            wrong("path: /ready, port: 8080", "path: 7, port: 8080"),
            apply("page:1.0").exits(0),
            command("patch", "deployment", "clock", "-p", "{\"spec\":{\"replicas\":\"3\"}}")
                    .exits(1),
            command("patch", "deployment", "clock", "-p", "{\"metadata\":{\"labels\":{\"a\":1}}}")
                    .exits(1),
            with(manifest("page:1.0").replace("replicas: 2", "paused: maybe"), "apply", "--server-side", "-f", "-")
                    .exits(1));

    static final List<Step> SERVER_SIDE_APPLY = List.of(
            with(manifest("page:1.0"), "apply", "--server-side", "--field-manager=one", "-f", "-")
                    .exits(0),
            with(manifest("page:1.1"), "apply", "--server-side", "--field-manager=two", "-f", "-")
                    .exits(1),
            with(manifest("page:1.1"), "apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-")
                    .exits(0),
            command("get", "deployment", "clock", "-o", "jsonpath={.spec.template.spec.containers[0].image}")
                    .exits(0),
            with(
                            manifest("page:1.0")
                                    .replace(
                                            "{containerPort: 8080}",
                                            "{containerPort: 8080}, {containerPort: 8080, name: web}"),
                            "apply",
                            "--server-side",
                            "-f",
                            "-")
                    .exits(1));

    static final List<Step> CHANGES = List.of(
            apply("page:1.0").exits(0),
            command("scale", "deployment/clock", "--replicas=3").exits(0),
            command("scale", "deployment/clock", "--current-replicas=3", "--replicas=1")
                    .exits(0),
            command("scale", "deployment/clock", "--current-replicas=7", "--replicas=1")
                    .exits(1),
            command("set", "env", "deployment/clock", "A=b").exits(0),
            command("set", "resources", "deployment/clock", "--requests=cpu=10m")
                    .exits(0),
            command("label", "deployment", "clock", "tier=front").exits(0),
            command("label", "deployment", "clock", "tier=back").exits(1),
            command("annotate", "deployment", "clock", "note=here").exits(0),
            command("patch", "deployment", "clock", "-p", "{\"spec\":{\"minReadySeconds\":1}}")
                    .exits(0),
            command("patch", "deployment", "clock", "--type=merge", "-p", "{\"spec\":{\"minReadySeconds\":2}}")
                    .exits(0),
            command(
                            "patch",
                            "deployment",
                            "clock",
                            "--type=json",
                            "-p",
                            "[{\"op\":\"replace\",\"path\":\"/spec/minReadySeconds\",\"value\":0}]")
                    .exits(0),
            command(
                            "patch",
                            "deployment",
                            "clock",
                            "--subresource=scale",
                            "--type=merge",
                            "-p",
                            "{\"spec\":{\"replicas\":2}}")
                    .exits(0),
            command("patch", "deployment", "clock", "-p", "{\"spec\":{\"selector\":{\"matchLabels\":{\"x\":\"y\"}}}}")
                    .exits(1),
            command("edit", "deployment", "clock")
                    .editedBy("sed -i s/revisionHistoryLimit/revisionHistoryLimt/")
                    .exits(1)
                    .exitOnly(),
            command("edit", "deployment", "clock")
                    .editedBy("sed -i s/page:1.0/page:1.1/")
                    .exits(0),
            command("expose", "deployment", "clock", "--port=80", "--target-port=8080")
                    .exits(0),
            command("get", "service", "clock", "-o", "wide").exits(0),
            // a Service, whose status nobody writes between what kubectl reads and what it is answered
            command("patch", "service", "clock", "-p", "{\"spec\":{\"sessionAffinity\":\"None\"}}")
                    .exits(0));

    static final List<Step> CREATION = List.of(
            command("create", "namespace", "NAMESPACE-more").exits(0),
            command("create", "namespace", "NAMESPACE-more").exits(1),
            command("delete", "namespace", "NAMESPACE-more", "--wait=false").exits(0),
            command("create", "deployment", "clock", "--image=page:1.0", "--replicas=0", "--port=8080")
                    .exits(0),
            command("get", "deployment", "clock", "-o", "jsonpath={.spec}").exits(0),
            command("get", "deployment", "clock").exits(0),
            command("create", "deployment", "clock", "--image=page:1.0").exits(1),
            command("create", "deployment", "Clock", "--image=page:1.0").exits(1),
            command("create", "service", "clusterip", "clock", "--tcp=80:8080").exits(0),
            command("create", "service", "nodeport", "door", "--tcp=80:8080").exits(0),
            command(
                            "get",
                            "service",
                            "door",
                            "-o",
                            "jsonpath={.spec.ports[0].targetPort} {.spec.selector} {.spec.type}")
                    .exits(0),
            command("create", "configmap", "words", "--from-literal=a=b").exits(0),
            command("get", "configmap", "words", "-o", "jsonpath={.data}").exits(0),
            command("create", "secret", "generic", "hidden", "--from-literal=a=b")
                    .exits(0),
            command("get", "secret", "hidden", "-o", "jsonpath={.type} {.data}").exits(0),
            command("create", "quota", "small", "--hard=pods=2,requests.cpu=1500m")
                    .exits(0),
            command("get", "quota", "small", "-o", "jsonpath={.spec}").exits(0),
            command("create", "serviceaccount", "robot").exits(0),
            command("autoscale", "deployment", "clock", "--max=3", "--dry-run=client")
                    .exits(0),
            command("auth", "can-i", "create", "deployments").exits(0),
            command("auth", "can-i", "get", "/version").exits(0));

    static final List<Step> DELETION = List.of(
            apply("page:1.0").exits(0),
            rolledOut(),
            command("delete", "replicasets", "-l", "app=nobody").exits(0),
            command("delete", "deployment", "clock", "--cascade=orphan").exits(0),
            command("get", "deployments").exits(0),
            command("get", "replicasets", "--no-headers").exits(0),
            command("delete", "replicasets", "-l", "app=clock", "--cascade=foreground")
                    .exits(0),
            command("get", "pods", "-l", "app=clock").exits(0),
            command("delete", "deployment", "clock").exits(1),
            command("delete", "deployment", "clock", "--ignore-not-found").exits(0));

    /** Many at once, in one request: kubectl itself deletes one by one. */
    static final List<Step> COLLECTIONS = List.of(
            command("create", "configmap", "red").exits(0),
            command("create", "configmap", "blue").exits(0),
            command("create", "configmap", "green").exits(0),
            command("label", "configmap", "red", "blue", "tone=warm").exits(0),
            deleteAll("configmaps?labelSelector=tone%3Dwarm&dryRun=All")
                    .exits(0)
                    .exitOnly(),
            command("get", "configmaps", "-o", "name").exits(0),
            deleteAll("configmaps?labelSelector=tone%3Dwarm&fieldSelector=metadata.name%3Dred")
                    .exits(0)
                    .exitOnly(),
            command("get", "configmaps", "-o", "name").exits(0),
            deleteAll("configmaps?labelSelector=tone%3Dcold").exits(0).exitOnly(),
            deleteAll("configmaps?labelSelector=tone%20of").exits(1),
            deleteAll("configmaps?fieldSelector=data.k%3Dv").exits(1),
            deleteAll("configmaps?propagationPolicy=Sideways").exits(1),
            deleteAll("gadgets").exits(1),
            command("get", "configmaps", "-o", "name").exits(0),
            deleteAll("configmaps?fieldSelector=metadata.name!%3Dkube-root-ca.crt")
                    .exits(0)
                    .exitOnly(),
            command("get", "configmaps", "-o", "name").exits(0));

    private static Step deleteAll(String what) {
        return command("delete", "--raw", "/api/v1/namespaces/NAMESPACE/" + what);
    }

    private ObjectStories() {}
}
