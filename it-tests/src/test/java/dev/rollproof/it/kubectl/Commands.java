// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import dev.rollproof.it.kubectl.KubectlStories.Compared;
import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/** What stories are written with. */
final class Commands {
    private Commands() {}

    static Step command(String... arguments) {
        return with("", arguments);
    }

    static Step with(String input, String... arguments) {
        return new Step(List.of(arguments), input, "false", 0, Compared.ALL);
    }

    static Step apply(String image) {
        return with(manifest(image), "apply", "-f", "-");
    }

    /** What it says on the way is a matter of moments. */
    static Step rolledOut() {
        return rolledOut("deployment/clock");
    }

    static Step rolledOut(String workload) {
        return command("rollout", "status", workload, "--timeout=60s").exits(0).lastLineOnly();
    }

    static Step evict(String pod) {
        return with(
                "{\"apiVersion\": \"policy/v1\", \"kind\": \"Eviction\", \"metadata\": {\"name\": \"" + pod + "\"}}",
                "create",
                "--raw",
                "/api/v1/namespaces/NAMESPACE/pods/" + pod + "/eviction",
                "-f",
                "-");
    }

    static String workload(String kind, String more) {
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

    static String manifest(String image) {
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
