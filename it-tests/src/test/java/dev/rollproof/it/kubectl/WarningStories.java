// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.kubectl;

import static dev.rollproof.it.kubectl.Commands.command;
import static dev.rollproof.it.kubectl.Commands.manifest;
import static dev.rollproof.it.kubectl.Commands.with;

import dev.rollproof.it.kubectl.KubectlStories.Step;
import java.util.List;

/** What kubectl prints as a warning, because the server sent one. */
final class WarningStories {
    private static final String HIDDEN = "env: [{name: A, value: \"1\"}, {name: A, value: \"2\"}]";

    private static final String ODD_POD = """
            spec:
              nodeSelector: {beta.kubernetes.io/os: linux}
              terminationGracePeriodSeconds: -1
              hostAliases: [{ip: 10.0.0.1, hostnames: [a]}, {ip: 10.0.0.1, hostnames: [b]}]
              imagePullSecrets: [{name: a}, {name: a}, {name: ""}]
              topologySpreadConstraints:
              - {maxSkew: 1, topologyKey: failure-domain.beta.kubernetes.io/zone, whenUnsatisfiable: ScheduleAnyway}
              affinity:
                podAntiAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution: [{topologyKey: kubernetes.io/hostname}]
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - {weight: 1, podAffinityTerm: {topologyKey: kubernetes.io/hostname}}
                nodeAffinity:
                  requiredDuringSchedulingIgnoredDuringExecution:
                    nodeSelectorTerms:
                    - {matchExpressions: [{key: beta.kubernetes.io/arch, operator: In, values: [amd64]}]}
                  preferredDuringSchedulingIgnoredDuringExecution:
                  - weight: 1
                    preference: {matchExpressions: [{key: kubernetes.io/arch, operator: In, values: ["-amd64"]}]}
              volumes:
              - {name: g, gitRepo: {repository: x}}
              - name: e
                ephemeral:
                  volumeClaimTemplate: {spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1500m}}}}
              - {name: m, configMap: {name: m, items: [{key: a, path: p}, {key: b, path: p/q}]}}
              - {name: s, secret: {secretName: s, items: [{key: a, path: p}, {key: b, path: p}]}}
              - name: d
                downwardAPI:
                  items:
                  - {path: p, fieldRef: {fieldPath: metadata.name}}
                  - {path: p, fieldRef: {fieldPath: metadata.uid}}
              - name: p
                projected:
                  sources:
                  - {configMap: {name: m, items: [{key: a, path: p}]}}
                  - {secret: {name: s, items: [{key: a, path: p/q}]}}
                  - {downwardAPI: {items: [{path: p/r, fieldRef: {fieldPath: metadata.name}}]}}
                  - {serviceAccountToken: {path: p/s}}
              - {name: none, projected: {sources: [{}]}}
              initContainers:
              - {name: i, image: "page:1.0", ports: [{containerPort: 8080}]}
              containers:
              - name: c
                image: page:1.0
                resources:
                  requests: {memory: 500m, ephemeral-storage: 2500m}
                  limits: {memory: 1500m, ephemeral-storage: 3500m}
                env:
                - {name: A, value: "1"}
                - {name: A, value: "2"}
                - {name: A, value: "$(A)3"}
                - {name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
                ports:
                - {containerPort: 8080, name: http}
                - {containerPort: 8080, hostPort: 80, name: other}
                - {containerPort: 8080, hostPort: 80, hostIP: 127.0.0.1}
                - {containerPort: 9090, hostIP: 10.0.0.1, name: nine}
              - {name: c2, image: "page:1.0", ports: [{containerPort: 8081, name: http}]}
            """;

    private static final String OLD_ANNOTATIONS = "{scheduler.alpha.kubernetes.io/critical-pod: \"\","
            + " container.seccomp.security.alpha.kubernetes.io/c: runtime/default,"
            + " container.apparmor.security.beta.kubernetes.io/c: unconfined,"
            + " seccomp.security.alpha.kubernetes.io/pod: runtime/default}";

    private static Step dryRun(String manifest) {
        return with(manifest, "create", "--dry-run=server", "-f", "-").exits(0);
    }

    private static Step object(String kind, String more) {
        return dryRun("{kind: " + kind + ", " + more + "}");
    }

    /** The clock, with one more container. */
    private static Step createHiding() {
        return with(
                manifest("page:1.0")
                        .replace("containers:", "containers:\n      - {name: e, image: \"page:1.0\", " + HIDDEN + "}"),
                "create",
                "-f",
                "-");
    }

    static final List<Step> WARNINGS = List.of(
            createHiding().exits(0),
            createHiding().exits(1),
            command("label", "deployment", "clock", "a=b").exits(0),
            command("scale", "deployment", "clock", "--replicas=1").exits(0),
            command("set", "image", "deployment/clock", "e=page:1.1").exits(0),
            command(
                            "patch",
                            "deployment",
                            "clock",
                            "--type=json",
                            "-p",
                            "[{\"op\":\"remove\",\"path\":\"/spec/template/spec/containers/0\"}]")
                    .exits(0),
            command("delete", "deployment", "clock").exits(0),
            dryRun(
                    "{apiVersion: apps/v1, kind: Deployment, metadata: {name: clock.v1}, spec: {selector: {matchLabels: {app: c}},"
                            + " template: {metadata: {labels: {app: c}, annotations: " + OLD_ANNOTATIONS + "},"
                            + " spec: {containers: [{name: c, image: \"page:1.0\"}]}}}}"),
            dryRun("apiVersion: v1\nkind: Pod\nmetadata: {name: odd}\n" + ODD_POD),
            object(
                    "StatefulSet",
                    "apiVersion: apps/v1, metadata: {name: web}, spec: {revisionHistoryLimit: -1,"
                            + " selector: {matchLabels: {app: c}}, template: {metadata: {labels: {app: c}},"
                            + " spec: {containers: [{name: c, image: \"page:1.0\", " + HIDDEN
                            + "}]}}, volumeClaimTemplates:"
                            + " [{metadata: {name: d}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1500m}}}}]}"),
            object(
                    "DaemonSet",
                    "apiVersion: apps/v1, metadata: {name: web.v1}, spec: {selector: {matchLabels: {app: c}},"
                            + " template: {metadata: {labels: {app: c}}, spec: {terminationGracePeriodSeconds: -1, containers: [{name: c, image: \"page:1.0\", "
                            + HIDDEN + "}]}}}"),
            object(
                    "Service",
                    "apiVersion: v1, metadata: {name: h, annotations: {service.kubernetes.io/topology-aware-hints:"
                            + " auto}}, spec: {clusterIP: None, ports: [{port: 80}], externalIPs: [1.2.3.4], sessionAffinity:"
                            + " ClientIP, loadBalancerIP: 1.2.3.4}"),
            object(
                    "Service",
                    "apiVersion: v1, metadata: {name: e}, spec: {ports: [{port: 80}], externalIPs: [1.2.3.4],"
                            + " externalName: a.b, trafficDistribution: PreferClose}"),
            object(
                    "Service",
                    "apiVersion: v1, metadata: {name: o}, spec: {type: ExternalName, externalName: a.b,"
                            + " externalIPs: [1.2.3.4]}"),
            object(
                    "PersistentVolumeClaim",
                    "apiVersion: v1, metadata: {name: c, annotations:"
                            + " {volume.beta.kubernetes.io/storage-class: local-path}}, spec: {accessModes: [ReadWriteOnce],"
                            + " resources: {requests: {storage: 1500m}, limits: {storage: 2500m}}}"),
            object(
                    "PersistentVolume",
                    "apiVersion: v1, metadata: {name: v, annotations:"
                            + " {volume.beta.kubernetes.io/storage-class: local-path}}, spec: {accessModes: [ReadWriteOnce], capacity:"
                            + " {storage: 1Gi}, persistentVolumeReclaimPolicy: Recycle, hostPath: {path: /x}, nodeAffinity: {required:"
                            + " {nodeSelectorTerms: [{matchExpressions: [{key: beta.kubernetes.io/arch, operator: In, values:"
                            + " [amd64]}]}]}}}"),
            object(
                    "PersistentVolume",
                    "apiVersion: v1, metadata: {name: v}, spec: {accessModes: [ReadWriteOnce], capacity:"
                            + " {storage: 1Gi}, glusterfs: {path: x, endpoints: e}}"),
            object(
                    "StorageClass",
                    "apiVersion: storage.k8s.io/v1, metadata: {name: c}, provisioner: a.b/c,"
                            + " allowedTopologies: [{matchLabelExpressions: [{key: failure-domain.beta.kubernetes.io/zone, values:"
                            + " [a]}]}]"),
            object(
                    "ResourceQuota",
                    "apiVersion: v1, metadata: {name: q}, spec: {hard: {requests.cpu: 2, limits.cpu: 1500m,"
                            + " memory: 2Gi, limits.memory: 1Gi}}"),
            object(
                    "Secret",
                    "apiVersion: v1, metadata: {name: t}, type: kubernetes.io/tls, stringData: {tls.crt: a,"
                            + " tls.key: b}"),
            object(
                    "Secret",
                    "apiVersion: v1, metadata: {name: t}, type: kubernetes.io/tls, stringData: {tls.crt:"
                            + " \"-----BEGIN PRIVATE KEY-----\\nAAAA\\n-----END PRIVATE KEY-----\\n\", tls.key: b}"),
            object(
                    "Secret",
                    "apiVersion: v1, metadata: {name: t}, type: kubernetes.io/tls, stringData: {tls.crt:"
                            + " \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\", tls.key:"
                            + " \"-----BEGIN CERTIFICATE-----\\nAAAA\\n-----END CERTIFICATE-----\\n\"}"),
            object(
                    "ServiceAccount",
                    "apiVersion: v1, metadata: {name: s, annotations:"
                            + " {kubernetes.io/enforce-mountable-secrets: \"true\"}}"),
            object(
                    "EndpointSlice",
                    "apiVersion: discovery.k8s.io/v1, metadata: {name: f}, addressType: FQDN, endpoints:"
                            + " [{addresses: [a.b]}], ports: []"),
            object("ConfigMap", "apiVersion: v1, metadata: {name: a.b}"));

    private WarningStories() {}
}
