// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import dev.rollproof.sim.api.defaulting.Defaults;
import dev.rollproof.sim.engine.Randomness;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the API server adds to pods when they are created: a service account and its token, a priority, and five minutes on a node that is
 * lost. Sources: plugin/pkg/admission/serviceaccount, priority, runtimeclass and
 * defaulttolerationseconds. Not thread-safe: under the simulation's lock.
 */
final class PodAdmission {
    private static final List<Toleration> DEFAULT_TOLERATIONS =
            List.of(fiveMinutes("node.kubernetes.io/not-ready"), fiveMinutes("node.kubernetes.io/unreachable"));
    /** The classes that every cluster has; there is no kind to make others. */
    private static final Map<String, Integer> PRIORITY_CLASSES =
            Map.of("system-cluster-critical", 2_000_000_000, "system-node-critical", 2_000_001_000);

    private static final String PREEMPTION = "PreemptLowerPriority";
    private static final String TOKENS = "kube-api-access-";
    private static final String TOKEN_PATH = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final int TOKEN_NAME_LENGTH = 5;
    private static final int NAME_LENGTH = 5;

    private final ApiServer api;
    private final Randomness random;
    private @Nullable Completed last;

    /**
     * Pods of one template are completed alike, and share what they are completed to. So they share the name of the token's volume, too,
     * which on a real cluster each pod has for itself.
     */
    private record Completed(PodSpec said, ServiceAccount account, PodSpec spec) {}

    PodAdmission(ApiServer api, Randomness random) {
        this.api = api;
        this.random = random;
    }

    private static Toleration fiveMinutes(String taint) {
        return new Toleration("NoExecute", taint, "Exists", 300L, null);
    }

    /**
     * Completes a pod, or refuses it.
     *
     * @param pod a private object; its spec is not changed but replaced
     */
    @SuppressWarnings("ReferenceEquality") // whether it is the very template, and the account as it was
    void complete(Pod pod) {
        PodSpec said = pod.getSpec();
        ServiceAccount account = account(pod, said);
        if (last == null || last.said != said || last.account != account) {
            last = new Completed(said, account, completed(pod, account));
        }
        LabelKeys.check(pod);
        pod.setSpec(LabelKeys.merged(last.spec, pod.getMetadata().getLabels()));
    }

    /** Refuses a pod before anything else is said of it, if it names what there is not. */
    void check(Pod pod) {
        PodSpec said = pod.getSpec();
        if (said == null) {
            return;
        }
        account(pod, said);
        int ignored = priority(pod, said);
        runtime(pod, said);
    }

    /** There is no kind for such classes. */
    private static void runtime(Pod pod, PodSpec said) {
        if (said.getRuntimeClassName() != null) {
            throw refused(pod, "pod rejected: RuntimeClass \"" + said.getRuntimeClassName() + "\" not found");
        }
    }

    private ServiceAccount account(Pod pod, PodSpec said) {
        String name = Texts.isEmpty(said.getServiceAccountName()) ? "default" : said.getServiceAccountName();
        ServiceAccount account = api.find(ResourceType.SERVICE_ACCOUNTS, Metadata.namespace(pod), name);
        if (account == null) {
            throw refused(
                    pod,
                    "error looking up service account " + Metadata.namespace(pod) + "/" + name + ": serviceaccount \""
                            + name + "\" not found");
        }
        return account;
    }

    private PodSpec completed(Pod pod, ServiceAccount account) {
        PodSpec spec = Frozen.copy(pod.getSpec(), PodSpec::new);
        if (Texts.isEmpty(spec.getServiceAccountName())) {
            spec.setServiceAccountName("default");
            spec.setServiceAccount("default");
        }
        spec.setTolerations(withDefaults(spec.getTolerations()));
        Defaults.completePod(spec);
        if (isNone(spec.getImagePullSecrets()) && !isNone(account.getImagePullSecrets())) {
            spec.setImagePullSecrets(account.getImagePullSecrets());
        }
        Boolean mounts = spec.getAutomountServiceAccountToken() == null
                ? account.getAutomountServiceAccountToken()
                : spec.getAutomountServiceAccountToken();
        if (!Boolean.FALSE.equals(mounts)) {
            mountToken(spec);
        }
        spec.setPriority(priority(pod, spec));
        spec.setPreemptionPolicy(PREEMPTION);
        runtime(pod, spec);
        if (spec.getOverhead() != null && !spec.getOverhead().isEmpty()) {
            throw refused(pod, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
        return spec;
    }

    private static boolean isNone(@Nullable List<?> list) {
        return list == null || list.isEmpty();
    }

    /** By then nobody has made up a name for the pod that is to have one. */
    private static ClusterException refused(Pod pod, String why) {
        String prefix = pod.getMetadata().getGenerateName();
        String name = pod.getMetadata().getName();
        boolean isMadeUp = !Texts.isEmpty(prefix)
                && (name == null || name.startsWith(prefix) && name.length() == prefix.length() + NAME_LENGTH);
        name = isMadeUp ? prefix : name;
        return new ClusterException(Reason.FORBIDDEN, "pods \"" + name + "\" is forbidden: " + why);
    }

    private static int priority(Pod pod, PodSpec spec) {
        String className = spec.getPriorityClassName();
        Integer priority = Texts.isEmpty(className) ? Integer.valueOf(0) : PRIORITY_CLASSES.get(className);
        if (priority == null) {
            throw refused(pod, "no PriorityClass with name " + className + " was found");
        }
        if (spec.getPriority() != null && !spec.getPriority().equals(priority)) {
            throw refused(
                    pod,
                    "the integer value of priority (" + spec.getPriority()
                            + ") must not be provided in pod spec; priority admission controller computed " + priority
                            + " from the given PriorityClass name");
        }
        if (spec.getPreemptionPolicy() != null && !spec.getPreemptionPolicy().equals(PREEMPTION)) {
            throw refused(
                    pod,
                    "the string value of PreemptionPolicy (" + spec.getPreemptionPolicy()
                            + ") must not be provided in pod spec; priority admission controller computed " + PREEMPTION
                            + " from the given PriorityClass name");
        }
        return priority;
    }

    /** Every container finds the token at the same path, unless it has something else there. */
    private void mountToken(PodSpec spec) {
        Volume present = spec.getVolumes() == null
                ? null
                : spec.getVolumes().stream()
                        .filter(volume -> volume.getName().startsWith(TOKENS))
                        .findFirst()
                        .orElse(null);
        String name = present == null ? TOKENS + random.word(TOKEN_NAME_LENGTH) : present.getName();
        VolumeMount mount = new VolumeMount();
        mount.setName(name);
        mount.setMountPath(TOKEN_PATH);
        mount.setReadOnly(true);
        List<Container> init = withMount(spec.getInitContainers(), mount);
        List<Container> main = withMount(spec.getContainers(), mount);
        boolean needed = !init.equals(spec.getInitContainers()) || !main.equals(spec.getContainers());
        spec.setInitContainers(init);
        spec.setContainers(main);
        if (present == null && needed) {
            List<Volume> volumes = new ArrayList<>(spec.getVolumes() == null ? List.<Volume>of() : spec.getVolumes());
            volumes.add(token(name));
            spec.setVolumes(volumes);
        }
    }

    private static List<Container> withMount(@Nullable List<Container> containers, VolumeMount mount) {
        List<Container> mounted = new ArrayList<>();
        for (Container container : containers == null ? List.<Container>of() : containers) {
            List<VolumeMount> own = container.getVolumeMounts();
            if (own != null && own.stream().anyMatch(other -> TOKEN_PATH.equals(other.getMountPath()))) {
                mounted.add(container);
                continue;
            }
            List<VolumeMount> mounts = new ArrayList<>(own == null ? List.<VolumeMount>of() : own);
            mounts.add(mount);
            Container copy = Frozen.copy(container, Container::new);
            copy.setVolumeMounts(mounts);
            mounted.add(copy);
        }
        return mounted;
    }

    private static Volume token(String name) {
        return new VolumeBuilder()
                .withName(name)
                .withNewProjected()
                .withDefaultMode(0644)
                .addNewSource()
                .withNewServiceAccountToken()
                .withExpirationSeconds(3607L)
                .withPath("token")
                .endServiceAccountToken()
                .endSource()
                .addNewSource()
                .withNewConfigMap()
                .addNewItem()
                .withKey("ca.crt")
                .withPath("ca.crt")
                .endItem()
                .withName("kube-root-ca.crt")
                .endConfigMap()
                .endSource()
                .addNewSource()
                .withNewDownwardAPI()
                .addNewItem()
                .withPath("namespace")
                .withNewFieldRef("v1", "metadata.namespace")
                .endItem()
                .endDownwardAPI()
                .endSource()
                .endProjected()
                .build();
    }

    /** Whether a pod tolerates more than what every pod does. */
    static boolean hasOwnTolerations(PodSpec spec) {
        return spec.getTolerations() != null && !DEFAULT_TOLERATIONS.containsAll(spec.getTolerations());
    }

    private static List<Toleration> withDefaults(@Nullable List<Toleration> own) {
        if (own == null || own.isEmpty()) {
            return DEFAULT_TOLERATIONS;
        }
        List<Toleration> all = new ArrayList<>(own);
        for (Toleration added : DEFAULT_TOLERATIONS) {
            boolean said = own.stream()
                    .anyMatch(toleration -> (Texts.isEmpty(toleration.getKey())
                                    || toleration.getKey().equals(added.getKey()))
                            && (Texts.isEmpty(toleration.getEffect())
                                    || toleration.getEffect().equals(added.getEffect())));
            if (!said) {
                all.add(added);
            }
        }
        return all;
    }
}
