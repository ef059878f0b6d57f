// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.fuzz;

import dev.rollproof.sim.api.ResourceType;
import java.util.LinkedHashMap;
import java.util.Map;

/** Manifests that are right, one of each kind that the fuzzer changes. */
final class Seeds {
    private static final String TEMPLATE = """
            {"metadata": {"labels": {"app": "clock", "tier": "web"}},
             "spec": {"terminationGracePeriodSeconds": 1, "containers": [
               {"name": "web", "image": "clock:1.0", "ports": [{"name": "http", "containerPort": 8080}],
                "env": [{"name": "CLOCK_VERSION", "value": "1.0"}],
                "resources": {"requests": {"cpu": "10m", "memory": "16Mi"}},
                "readinessProbe": {"httpGet": {"path": "/", "port": "http"}, "periodSeconds": 1}},
               {"name": "side", "image": "busybox:1", "command": ["sleep", "1000"]}]}}""";

    private Seeds() {}

    private static String workload(String kind, String more) {
        return """
                {"apiVersion": "apps/v1", "kind": "%s",
                 "metadata": {"name": "a", "namespace": "default", "labels": {"app": "clock"}, "annotations": {"k": "v"}},
                 "spec": {%s "selector": {"matchLabels": {"app": "clock"}}, "template": %s}}""".formatted(kind, more, TEMPLATE);
    }

    private static String core(String kind, String more) {
        return """
                {"apiVersion": "v1", "kind": "%s", "metadata": {"name": "a", "namespace": "default", "labels": {"l": "v"}}%s}""".formatted(kind, more);
    }

    static Map<ResourceType<?>, String> all() {
        Map<ResourceType<?>, String> all = new LinkedHashMap<>();
        all.put(
                ResourceType.DEPLOYMENTS,
                workload(
                        "Deployment",
                        "\"replicas\": 2, \"strategy\": {\"type\": \"RollingUpdate\", \"rollingUpdate\": {\"maxSurge\": \"25%\","
                                + " \"maxUnavailable\": 0}}, \"minReadySeconds\": 1,"));
        all.put(ResourceType.REPLICA_SETS, workload("ReplicaSet", "\"replicas\": 1,"));
        all.put(ResourceType.DAEMON_SETS, workload("DaemonSet", ""));
        all.put(
                ResourceType.STATEFUL_SETS,
                workload(
                        "StatefulSet",
                        "\"replicas\": 1, \"serviceName\": \"a\", \"podManagementPolicy\": \"Parallel\","));
        all.put(
                ResourceType.PODS,
                TEMPLATE.replaceFirst(
                        "\\{\"metadata\": \\{",
                        "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"name\": \"a\","));
        all.put(
                ResourceType.SERVICES,
                core(
                        "Service",
                        ", \"spec\": {\"type\": \"NodePort\", \"selector\": {\"app\": \"clock\"}, \"ports\": [{\"name\": \"http\","
                                + " \"port\": 80, \"targetPort\": \"http\"}, {\"name\": \"b\", \"port\": 81}]}"));
        all.put(
                ResourceType.CONFIG_MAPS,
                core("ConfigMap", ", \"data\": {\"k\": \"v\"}, \"binaryData\": {\"b\": \"AAAA\"}"));
        all.put(ResourceType.SECRETS, core("Secret", ", \"type\": \"Opaque\", \"stringData\": {\"k\": \"v\"}"));
        all.put(ResourceType.SERVICE_ACCOUNTS, core("ServiceAccount", ", \"secrets\": [{\"name\": \"a\"}]"));
        all.put(
                ResourceType.RESOURCE_QUOTAS,
                core("ResourceQuota", ", \"spec\": {\"hard\": {\"pods\": \"20\", \"requests.cpu\": \"4\"}}"));
        all.put(
                ResourceType.NAMESPACES,
                "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"a\", \"labels\": {\"l\": \"v\"}}}");
        all.put(
                ResourceType.NODES,
                "{\"apiVersion\": \"v1\", \"kind\": \"Node\", \"metadata\": {\"name\": \"a\"}, \"spec\": {\"taints\": [{\"key\": \"k\","
                        + " \"effect\": \"NoSchedule\"}]}}");
        all.put(
                ResourceType.POD_DISRUPTION_BUDGETS,
                core(
                                "PodDisruptionBudget",
                                ", \"spec\": {\"minAvailable\": \"50%\", \"selector\": {\"matchLabels\": {\"app\": \"clock\"}}}")
                        .replace("\"v1\"", "\"policy/v1\""));
        all.put(
                ResourceType.EVENTS,
                core(
                        "Event",
                        ", \"involvedObject\": {\"kind\": \"Pod\", \"namespace\": \"default\", \"name\": \"a\"}, \"reason\": \"R\","
                                + " \"message\": \"m\", \"type\": \"Normal\", \"firstTimestamp\": \"2026-01-01T00:00:00Z\""));
        all.put(
                ResourceType.HTTP_ROUTES,
                core(
                                "HTTPRoute",
                                ", \"spec\": {\"hostnames\": [\"clock.example\"], \"parentRefs\": [{\"name\": \"g\"}], \"rules\":"
                                        + " [{\"matches\": [{\"path\": {\"type\": \"PathPrefix\", \"value\": \"/\"}}],"
                                        + " \"backendRefs\": [{\"name\": \"a\", \"port\": 80, \"weight\": 1},"
                                        + " {\"name\": \"b\", \"port\": 80}]}]}")
                        .replace("\"v1\"", "\"gateway.networking.k8s.io/v1\""));
        all.put(
                ResourceType.ROLES,
                core("Role", ", \"rules\": [{\"apiGroups\": [\"\"], \"resources\": [\"pods\"], \"verbs\": [\"get\"]}]")
                        .replace("\"v1\"", "\"rbac.authorization.k8s.io/v1\""));
        return all;
    }
}
