// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim;

import dev.rollproof.k8s.Change;
import dev.rollproof.sim.api.ApiServer;
import dev.rollproof.sim.api.Metadata;
import dev.rollproof.sim.api.ResourceType;
import dev.rollproof.sim.api.StoredEvent;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSliceBuilder;
import java.time.Duration;

/**
 * The Service {@code kubernetes} in {@code default}, by which pods find the API server, and the one EndpointSlice behind it. The API
 * server itself keeps them: where somebody deletes one, it is back within ten seconds. Nobody answers at its address.
 */
final class KubernetesService {
    private static final String NAME = "kubernetes";
    private static final String NAMESPACE = "default";
    /** The first of the Services' addresses, as everywhere. */
    private static final String ADDRESS = "10.96.0.1";

    /** Of the machine that the API server would run on; nodes come after it. */
    private static final String SERVER = "192.0.2.1";

    private static final int SERVER_PORT = 6443;
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(10);

    private final ApiServer api;
    private final Randomness random;

    /** @param random where its uids come from: apart, so that others' names stay what they are for a seed */
    KubernetesService(ApiServer api, Randomness random) {
        this.api = api;
        this.random = random;
    }

    /** Creates what is missing, now and whenever something goes. */
    void keep() {
        reconcile();
        api.onChange(this::onChange);
    }

    private void onChange(StoredEvent<?> event) {
        HasMetadata object = event.object();
        if (event.type() == Change.Type.DELETED
                && (object instanceof Service || object instanceof EndpointSlice)
                && NAME.equals(object.getMetadata().getName())
                && NAMESPACE.equals(Metadata.namespace(object))) {
            // It looks every ten seconds, whenever that is.
            long inNanos = BETWEEN_LOOKS.toNanos() - api.loop().elapsedNanos() % BETWEEN_LOOKS.toNanos();
            api.loop().after(inNanos, this::reconcile);
        }
    }

    private void reconcile() {
        if (api.find(ResourceType.SERVICES, NAMESPACE, NAME) == null) {
            api.createAs(ResourceType.SERVICES, service(), random.uuid());
        }
        if (api.find(ResourceType.ENDPOINT_SLICES, NAMESPACE, NAME) == null) {
            api.createAs(ResourceType.ENDPOINT_SLICES, slice(), random.uuid());
        }
    }

    private static Service service() {
        return new ServiceBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .addToLabels("component", "apiserver")
                .addToLabels("provider", NAME)
                .endMetadata()
                .withNewSpec()
                .withType("ClusterIP")
                .withClusterIP(ADDRESS)
                .withClusterIPs(ADDRESS)
                .withInternalTrafficPolicy("Cluster")
                .withIpFamilies("IPv4")
                .withIpFamilyPolicy("SingleStack")
                .withSessionAffinity("None")
                .addNewPort()
                .withName("https")
                .withPort(443)
                .withProtocol("TCP")
                .withNewTargetPort(SERVER_PORT)
                .endPort()
                .endSpec()
                .withNewStatus()
                .withNewLoadBalancer()
                .endLoadBalancer()
                .endStatus()
                .build();
    }

    /** As the server writes it: no controller's, and of no pod. */
    private static EndpointSlice slice() {
        return new EndpointSliceBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace(NAMESPACE)
                .addToLabels("kubernetes.io/service-name", NAME)
                .endMetadata()
                .withAddressType("IPv4")
                .addNewEndpoint()
                .withAddresses(SERVER)
                .withNewConditions()
                .withReady(true)
                .endConditions()
                .endEndpoint()
                .addNewPort()
                .withName("https")
                .withPort(SERVER_PORT)
                .withProtocol("TCP")
                .endPort()
                .build();
    }
}
