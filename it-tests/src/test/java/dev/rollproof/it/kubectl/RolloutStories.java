// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static dev.rollproof.it.kubectl.Commands.apply;
import static dev.rollproof.it.kubectl.Commands.command;
import static dev.rollproof.it.kubectl.Commands.rolledOut;
import static dev.rollproof.it.kubectl.Commands.with;
import static dev.rollproof.it.kubectl.Commands.workload;

import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/** Rollouts of the three kinds of workloads, and waiting for them. */
final class RolloutStories {
    static final List<Step> ROLLOUT = List.of(
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
            command("rollout", "status", "deployment/nothing").exits(1));

    static final List<Step> WAITING = List.of(
            apply("page:1.0").exits(0),
            command("wait", "--for=condition=Available", "deployment/clock", "--timeout=60s")
                    .exits(0),
            command("wait", "--for=jsonpath={.status.readyReplicas}=2", "deployment/clock", "--timeout=60s")
                    .exits(0),
            command("wait", "--for=create", "deployment/clock", "--timeout=60s").exits(0),
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
                    .exitOnly());

    static final List<Step> STATEFUL_SET = List.of(
            with(workload("StatefulSet", "serviceName: web, replicas: 2,"), "apply", "-f", "-")
                    .exits(0),
            rolledOut("statefulset/web"),
            command("get", "statefulset", "web").exits(0),
            command("get", "sts", "-o", "wide").exits(0),
            command("get", "pods").exits(0),
            command("get", "controllerrevisions").exits(0),
            command("scale", "statefulset/web", "--replicas=1").exits(0),
            command(
                            "get",
                            "statefulset",
                            "web",
                            "--subresource=scale",
                            "-o",
                            "jsonpath={.kind} {.spec} {.status.selector}")
                    .exits(0),
            command("set", "image", "statefulset/web", "web=page:1.1").exits(0),
            rolledOut("statefulset/web"),
            command("rollout", "history", "statefulset/web").exits(0),
            command("rollout", "undo", "statefulset/web").exits(0),
            rolledOut("statefulset/web"),
            command("get", "controllerrevisions", "--sort-by=.revision").exits(0),
            command("patch", "statefulset", "web", "-p", "{\"spec\":{\"serviceName\":\"other\"}}")
                    .exits(1),
            command("delete", "statefulset", "web").exits(0));

    static final List<Step> DAEMON_SET = List.of(
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
            command("delete", "daemonset", "web").exits(0));

    private RolloutStories() {}
}
