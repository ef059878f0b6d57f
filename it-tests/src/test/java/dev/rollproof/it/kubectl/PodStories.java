// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static dev.rollproof.it.kubectl.Commands.command;
import static dev.rollproof.it.kubectl.Commands.evict;
import static dev.rollproof.it.kubectl.Commands.with;

import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/** Single pods, what guards them, and who may do what. */
final class PodStories {
    static final List<Step> PODS = List.of(
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
            command("delete", "pod", "two", "--force").exits(0));

    static final List<Step> BUDGET = List.of(
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
            command("delete", "pdb", "one").exits(0));

    static final List<Step> ROLES = List.of(
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

    /** A pod that waits at a gate, and one with another container beside its own. */
    static final List<Step> GATES_AND_SIDECARS = List.of(
            with("""
                            apiVersion: v1
                            kind: Pod
                            metadata: {name: gated}
                            spec:
                              schedulingGates: [{name: example.com/wait}]
                              readinessGates: [{conditionType: example.com/in}]
                              containers: [{name: web, image: "page:1.0"}]
                            """, "create", "-f", "-").exits(0),
            command("get", "pod", "gated").exits(0),
            command("describe", "pod", "gated").exits(0),
            gates(
                            "[{\"op\": \"add\", \"path\": \"/spec/schedulingGates/-\", \"value\": {\"name\": \"example.com/more\"}}]")
                    .exits(1),
            gates("[{\"op\": \"remove\", \"path\": \"/spec/schedulingGates/0\"}]")
                    .exits(0),
            command("wait", "--for=condition=ContainersReady", "pod/gated", "--timeout=60s")
                    .exits(0),
            command("get", "pod", "gated").exits(0),
            command("get", "pod", "gated", "-o", "jsonpath={.status.conditions[?(@.type==\"Ready\")].message}")
                    .exits(0),
            command("delete", "pod", "gated", "--grace-period=1").exits(0),
            with("""
                            apiVersion: v1
                            kind: Pod
                            metadata: {name: pair}
                            spec:
                              initContainers:
                              - {name: first, image: "page:1.0", command: ["true"]}
                              - {name: beside, restartPolicy: Always, image: "page:1.0", command: [sleep, "1000"]}
                              containers: [{name: web, image: "page:1.0"}]
                            """, "create", "-f", "-").exits(0),
            command("wait", "--for=condition=Ready", "pod/pair", "--timeout=60s")
                    .exits(0),
            command("get", "pod", "pair").exits(0),
            command("delete", "pod", "pair", "--grace-period=1").exits(0));

    private static Step gates(String patch) {
        return command("patch", "pod", "gated", "--type=json", "-p", patch);
    }

    /** A scheduler of somebody's own, by hand. */
    static final List<Step> BINDING = List.of(
            with("""
                            apiVersion: v1
                            kind: Pod
                            metadata: {name: one}
                            spec: {schedulerName: nobody, containers: [{name: web, image: "page:1.0"}]}
                            """, "create", "-f", "-").exits(0),
            command("get", "pod", "one").exits(0),
            bind("nothing", "{\"name\": \"nowhere\"}").exits(1),
            bind("one", "{\"kind\": \"Service\", \"name\": \"nowhere\"}").exits(1),
            bind("one", "{\"kind\": \"Node\"}").exits(1),
            bind("one", "{}").exits(1),
            bind("one", "{\"kind\": \"Service\"}").exits(1),
            bind("one", "{\"name\": \"No_Where\"}").exits(1),
            bind("one", "two", "{\"name\": \"nowhere\"}").exits(1),
            bind("one", "", "{\"name\": \"nowhere\"}").exits(1),
            bind("one", "{\"kind\": \"Node\", \"name\": \"nowhere\"}").exits(0),
            command("get", "pod", "one", "-o", "jsonpath={.spec.nodeName} {.status.conditions[*].type}")
                    .exits(0),
            bind("one", "{\"kind\": \"Node\", \"name\": \"elsewhere\"}").exits(1),
            command("delete", "pod", "one", "--force").exits(0));

    private static Step bind(String pod, String target) {
        return bind(pod, pod, target);
    }

    /** @param named the pod that the Binding names */
    private static Step bind(String pod, String named, String target) {
        return with(
                "{\"apiVersion\": \"v1\", \"kind\": \"Binding\", \"metadata\": {\"name\": \"" + named
                        + "\"}, \"target\": " + target + "}",
                "create",
                "--raw",
                "/api/v1/namespaces/NAMESPACE/pods/" + pod + "/binding",
                "-f",
                "-");
    }

    private PodStories() {}
}
