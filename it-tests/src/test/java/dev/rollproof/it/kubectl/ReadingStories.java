// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static dev.rollproof.it.kubectl.Commands.apply;
import static dev.rollproof.it.kubectl.Commands.command;
import static dev.rollproof.it.kubectl.Commands.rolledOut;

import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/** What is there, and what the cluster is. */
final class ReadingStories {
    static final List<Step> READING = List.of(
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
            command("top", "pods").exits(1));

    static final List<Step> DESCRIPTION = List.of(
            apply("page:1.0").exits(0),
            rolledOut(),
            command("expose", "deployment", "clock", "--port=80", "--target-port=8080")
                    .exits(0),
            command("describe", "deployment", "clock").exits(0),
            command("describe", "replicasets", "-l", "app=clock").exits(0).inAnyOrder(),
            command("describe", "pods", "-l", "app=clock").exits(0).inAnyOrder(),
            command("describe", "service", "clock").exits(0).inAnyOrder(),
            command("describe", "configmap", "kube-root-ca.crt").exits(0).firstLineOnly(),
            command("describe", "namespace", "NAMESPACE").exits(0),
            command("describe", "node").exits(0).labelsOnly(),
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
            command("logs", "deployment/clock", "--tail=1").exits(0).exitOnly());

    static final List<Step> ABOUT = List.of(
            command("version").exits(0),
            command("cluster-info").exits(0),
            command("api-resources", "--api-group=apps").exits(0),
            command("api-resources").exits(0).noMoreThanReal(),
            command("api-versions").exits(0).noMoreThanReal(),
            command("explain", "deployment.spec.replicas").exits(0).noMoreThanReal(),
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
            // A starting API server may still repair the address of its own Service, and then says so in an event.
            command("describe", "service", "kubernetes", "--namespace=default", "--show-events=false")
                    .exits(0),
            command("get", "nodes", "-o", "wide").exits(0).firstLineOnly(),
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
                    .exits(0));

    private ReadingStories() {}
}
