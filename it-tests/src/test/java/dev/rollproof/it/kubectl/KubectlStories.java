// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import java.util.List;

/** What people do with kubectl, command by command; each story in a namespace of its own. */
enum KubectlStories {
    APPLY(
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
            with(manifest("page:1.0"), "create", "-f", "-").exits(1)),
    SERVER_SIDE_APPLY(
            with(manifest("page:1.0"), "apply", "--server-side", "--field-manager=one", "-f", "-")
                    .exits(0),
            with(manifest("page:1.1"), "apply", "--server-side", "--field-manager=two", "-f", "-")
                    .exits(1),
            with(manifest("page:1.1"), "apply", "--server-side", "--field-manager=two", "--force-conflicts", "-f", "-")
                    .exits(0),
            command("get", "deployment", "clock", "-o", "jsonpath={.spec.template.spec.containers[0].image}")
                    .exits(0)),
    ROLLOUT(
            apply("page:1.0").exits(0),
            rolledOut(),
            command("set", "image", "deployment/clock", "web=page:1.1").exits(0),
            rolledOut(),
            command("rollout", "history", "deployment/clock").exits(0),
            command("rollout", "history", "deployment/clock", "--revision=2").exits(0),
            command("rollout", "undo", "deployment/clock").exits(0),
            rolledOut(),
            command("rollout", "undo", "deployment/clock", "--to-revision=9").exits(1),
            command("rollout", "pause", "deployment/clock").exits(0),
            command("rollout", "pause", "deployment/clock").exits(1),
            command("rollout", "resume", "deployment/clock").exits(0),
            command("rollout", "restart", "deployment/clock").exits(0),
            rolledOut(),
            command("rollout", "status", "deployment/nothing").exits(1)),
    CHANGES(
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
            rolledOut(), // so that no status changes between what kubectl reads and what it is answered
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
            command("get", "service", "clock", "-o", "wide").exits(0)),
    READING(
            apply("page:1.0").exits(0),
            rolledOut(),
            command("get", "deployments").exits(0),
            command("get", "deployment", "clock", "-o", "wide").exits(0),
            command("get", "replicasets", "-o", "wide").exits(0),
            command("get", "pods").exits(0),
            command("get", "pods", "-l", "app=clock", "-o", "name").exits(0),
            command("get", "pods", "-l", "app=nobody").exits(0),
            command("get", "pods", "--field-selector=status.phase=Running", "--no-headers")
                    .exits(0),
            command("get", "all").exits(0),
            command("get", "pods,replicasets", "--sort-by=.metadata.name", "-o", "name")
                    .exits(0),
            command("get", "configmaps").exits(0),
            command("get", "namespace", "NAMESPACE").exits(0),
            command("get", "pod", "nothing").exits(1),
            command("get", "gadgets").exits(1),
            command("get", "pods", "-l", "a==b==c").exits(1),
            command("describe", "deployment", "clock").exits(0),
            command("get", "--raw", "/readyz").exits(0),
            command("explain", "deployment.spec.nothing").exits(1),
            command("top", "pods").exits(1)),
    DESCRIPTION(
            apply("page:1.0").exits(0),
            rolledOut(),
            command("expose", "deployment", "clock", "--port=80", "--target-port=8080")
                    .exits(0),
            command("describe", "deployment", "clock").exits(0),
            command("describe", "replicasets", "-l", "app=clock").exits(0).inAnyOrder(),
            command("describe", "pods", "-l", "app=clock").exits(0).inAnyOrder(),
            command("describe", "service", "clock").exits(0).inAnyOrder(),
            command("describe", "configmap", "kube-root-ca.crt").exits(0).exitOnly(),
            command("describe", "namespace", "NAMESPACE").exits(0).exitOnly(),
            command("describe", "node").exits(0).exitOnly(),
            command("describe", "pod", "nothing").exits(1),
            command("events").exits(0).inAnyOrder(),
            command("events", "--for", "deployment/clock").exits(0),
            command(
                            "get",
                            "events",
                            "--sort-by=.reason",
                            "-o",
                            "custom-columns=R:.reason,K:.involvedObject.kind,M:.message,C:.source.component")
                    .exits(0)
                    .inAnyOrder(),
            command("logs", "deployment/nothing").exits(1),
            command("logs", "deployment/clock", "--tail=1").exits(0).exitOnly()),
    WAITING(
            apply("page:1.0").exits(0),
            command("wait", "--for=condition=Available", "deployment/clock", "--timeout=60s")
                    .exits(0),
            command("wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/clock", "--timeout=60s")
                    .exits(0),
            command("wait", "--for=create", "deployment/clock", "--timeout=5s").exits(0),
            command("wait", "--for=condition=Never", "deployment/clock", "--timeout=1s")
                    .exits(1),
            command("wait", "--for=condition=Available", "deployment/nothing", "--timeout=1s")
                    .exits(1),
            command("get", "deployment", "clock", "--watch", "--request-timeout=2s")
                    .exits(0),
            command("get", "pods", "--watch", "--no-headers", "--request-timeout=2s")
                    .exits(0)
                    .inAnyOrder(),
            command("set", "image", "deployment/clock", "web=page:none").exits(0),
            command("rollout", "status", "deployment/clock", "--timeout=2s")
                    .exits(1)
                    .lastLineOnly(),
            command("delete", "deployment", "clock").exits(0),
            command("wait", "--for=delete", "pods", "-l", "app=clock", "--timeout=60s")
                    .exits(0)
                    .exitOnly()),
    ABOUT(
            command("version").exits(0).exitOnly(),
            command("cluster-info").exits(0),
            command("api-resources", "--api-group=apps").exits(0),
            command("api-resources").exits(0).exitOnly(),
            command("api-versions").exits(0).exitOnly(),
            command("explain", "deployment.spec.replicas").exits(0).exitOnly(),
            command("explain", "gadget").exits(1),
            command("explain", "pod.spec.containers.image.more").exits(1),
            command("auth", "can-i", "delete", "deployments").exits(0),
            command("auth", "can-i", "fly", "deployments").exits(0),
            command("auth", "can-i", "get", "gadgets").exits(0),
            command("auth", "can-i", "--list").exits(0).exitOnly(),
            command("auth", "whoami").exits(0).exitOnly(),
            command("get", "service", "kubernetes", "--namespace=default").exits(0),
            command("get", "service", "kubernetes", "--namespace=default", "-o", "jsonpath={.metadata.labels} {.spec}")
                    .exits(0),
            command("get", "endpointslice", "kubernetes", "--namespace=default").exits(0),
            command("describe", "service", "kubernetes", "--namespace=default").exits(0),
            command("get", "nodes", "-o", "wide").exits(0).exitOnly(),
            command(
                            "get",
                            "nodes",
                            "-o",
                            "custom-columns=A:.status.addresses[*].type,C:.status.conditions[*].type,"
                                    + "S:.status.conditions[*].status,R:.status.conditions[*].reason,"
                                    + "M:.status.conditions[*].message,P:.status.daemonEndpoints")
                    .exits(0),
            command("get", "all", "--all-namespaces").exits(0).exitOnly(),
            command("top", "nodes").exits(1),
            command("create", "job", "one", "--image=page:1.0", "--dry-run=client")
                    .exits(0)),
    PODS(
            command("run", "one", "--image=page:1.0").exits(0),
            command("wait", "--for=condition=Ready", "pod/one", "--timeout=60s").exits(0),
            command("get", "pod", "one").exits(0),
            command("logs", "one", "--previous").exits(1),
            command("logs", "one", "-c", "other").exits(1),
            command("logs", "nothing").exits(1),
            command("delete", "pod", "one", "--grace-period=1").exits(0),
            command("get", "pod", "one").exits(1),
            command("delete", "pod", "one").exits(1),
            command("run", "two", "--image=page:nothing").exits(0),
            command("wait", "--for=condition=Ready", "pod/two", "--timeout=1s").exits(1),
            command("delete", "pod", "two", "--force").exits(0)),
    CREATION(
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
            command("auth", "can-i", "get", "/version").exits(0)),
    DELETION(
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
            command("delete", "deployment", "clock", "--ignore-not-found").exits(0)),
    STATEFUL_SET(
            with(workload("StatefulSet", "serviceName: web, replicas: 2,"), "apply", "-f", "-")
                    .exits(0),
            rolledOut("statefulset/web"),
            command("get", "statefulset", "web").exits(0),
            command("get", "sts", "-o", "wide").exits(0),
            command("get", "pods").exits(0),
            command("get", "controllerrevisions").exits(0),
            command("scale", "statefulset/web", "--replicas=1").exits(0),
            command("get", "--raw", "/apis/apps/v1/namespaces/NAMESPACE/statefulsets/web/scale")
                    .exits(0)
                    .exitOnly(),
            command("set", "image", "statefulset/web", "web=page:1.1").exits(0),
            rolledOut("statefulset/web"),
            command("rollout", "history", "statefulset/web").exits(0),
            command("rollout", "undo", "statefulset/web").exits(0),
            rolledOut("statefulset/web"),
            command("get", "controllerrevisions", "--sort-by=.revision").exits(0),
            command("patch", "statefulset", "web", "-p", "{\"spec\":{\"serviceName\":\"other\"}}")
                    .exits(1),
            command("delete", "statefulset", "web").exits(0)),
    DAEMON_SET(
            with(workload("DaemonSet", ""), "apply", "-f", "-").exits(0),
            rolledOut("daemonset/web"),
            command("get", "daemonset", "web").exits(0),
            command("get", "ds", "-o", "wide").exits(0),
            command("set", "image", "daemonset/web", "web=page:1.1").exits(0),
            rolledOut("daemonset/web"),
            command("rollout", "history", "daemonset/web").exits(0),
            command("rollout", "undo", "daemonset/web").exits(0),
            rolledOut("daemonset/web"),
            command("get", "controllerrevisions", "--sort-by=.revision", "--no-headers")
                    .exits(0)
                    .exitOnly(),
            command("rollout", "undo", "daemonset/web", "--to-revision=9").exits(1),
            command("delete", "daemonset", "web").exits(0)),
    BUDGET(
            command("run", "one", "--image=page:1.0").exits(0),
            command("wait", "--for=condition=Ready", "pod/one", "--timeout=60s").exits(0),
            command("create", "poddisruptionbudget", "one", "--selector=run=one", "--min-available=1")
                    .exits(0),
            command("wait", "--for=jsonpath={.status.currentHealthy}=1", "pdb/one", "--timeout=60s")
                    .exits(0),
            command("get", "pdb").exits(0),
            evict("one").exits(1),
            command("patch", "pdb", "one", "--type=merge", "-p", "{\"spec\":{\"minAvailable\":0}}")
                    .exits(0),
            command("wait", "--for=jsonpath={.status.disruptionsAllowed}=1", "pdb/one", "--timeout=60s")
                    .exits(0),
            evict("one").exits(0),
            command("patch", "pdb", "one", "--type=merge", "-p", "{\"spec\":{\"minAvailable\":\"x\"}}")
                    .exits(1),
            command("delete", "pdb", "one").exits(0)),
    ROLES(
            command("create", "serviceaccount", "robot").exits(0),
            command("create", "role", "reader", "--verb=get,list", "--resource=pods,deployments.apps")
                    .exits(0),
            command(
                            "create",
                            "rolebinding",
                            "reads",
                            "--role=reader",
                            "--serviceaccount=NAMESPACE:robot",
                            "--user=jane")
                    .exits(0),
            command("get", "rolebindings", "-o", "wide").exits(0),
            command("describe", "role", "reader").exits(0),
            command("describe", "rolebinding", "reads").exits(0),
            command("get", "role", "reader", "-o", "jsonpath={.rules}").exits(0),
            command("patch", "rolebinding", "reads", "--type=merge", "-p", "{\"roleRef\":{\"name\":\"other\"}}")
                    .exits(1),
            command("create", "role", "none", "--verb=get", "--resource=gadgets")
                    .exits(1),
            command("delete", "rolebinding,role", "--all").exits(0));

    /**
     * One command.
     *
     * @param input what it reads from standard input
     * @param exit what it ends with
     * @param compared how much of its output is to be the same on real Kubernetes
     */
    record Step(List<String> arguments, String input, String editor, int exit, Compared compared) {
        Step exits(int code) {
            return new Step(arguments, input, editor, code, compared);
        }

        Step exitOnly() {
            return new Step(arguments, input, editor, exit, Compared.EXIT);
        }

        Step lastLineOnly() {
            return new Step(arguments, input, editor, exit, Compared.LAST_LINE);
        }

        Step inAnyOrder() {
            return new Step(arguments, input, editor, exit, Compared.UNORDERED);
        }

        Step editedBy(String command) {
            return new Step(arguments, input, command, exit, compared);
        }

        Step in(String namespace) {
            return new Step(
                    arguments.stream()
                            .map(argument -> argument.replace("NAMESPACE", namespace))
                            .toList(),
                    input,
                    editor,
                    exit,
                    compared);
        }

        @Override
        public String toString() {
            return "kubectl " + String.join(" ", arguments);
        }
    }

    /** How much of the output counts. */
    enum Compared {
        ALL,
        LAST_LINE,
        /** In any order, and twice as good as once. */
        UNORDERED,
        EXIT
    }

    @SuppressWarnings("ImmutableEnumChecker") // List.of is.
    private final List<Step> steps;

    KubectlStories(Step... steps) {
        this.steps = List.of(steps);
    }

    List<Step> steps() {
        return steps;
    }

    private static Step command(String... arguments) {
        return with("", arguments);
    }

    private static Step with(String input, String... arguments) {
        return new Step(List.of(arguments), input, "false", 0, Compared.ALL);
    }

    private static Step apply(String image) {
        return with(manifest(image), "apply", "-f", "-");
    }

    /** What it says on the way is a matter of moments. */
    private static Step rolledOut() {
        return rolledOut("deployment/clock");
    }

    private static Step rolledOut(String workload) {
        return command("rollout", "status", workload, "--timeout=60s").exits(0).lastLineOnly();
    }

    private static Step evict(String pod) {
        return with(
                "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"" + pod + "\"}}",
                "create",
                "--raw",
                "/api/v1/namespaces/NAMESPACE/pods/" + pod + "/eviction",
                "-f",
                "-");
    }

    private static String workload(String kind, String more) {
        return """
                apiVersion: apps/v1
                kind: %s
                metadata: {name: web}
                spec: {%s
                  selector: {matchLabels: {app: web}},
                  template: {metadata: {labels: {app: web}}, spec: {terminationGracePeriodSeconds: 1, containers: [
                    {name: web, image: "page:1.0",
                     readinessProbe: {httpGet: {path: /ready, port: 8080}, periodSeconds: 1}}]}}}
                """.formatted(kind, more);
    }

    private static String manifest(String image) {
        return """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: clock, labels: {app: clock}}
                spec:
                  replicas: 2
                  selector: {matchLabels: {app: clock}}
                  template:
                    metadata: {labels: {app: clock}}
                    spec:
                      terminationGracePeriodSeconds: 1
                      containers:
                      - name: web
                        image: %s
                        ports: [{containerPort: 8080}]
                        readinessProbe:
                          httpGet: {path: /ready, port: 8080}
                          periodSeconds: 1
                """.formatted(image);
    }
}
