// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerPort;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** What is deprecated or odd in a pod's containers. Source: pkg/api/pod/warnings.go. */
final class ContainerWarnings {
    private static final String POD_SECCOMP = "seccomp.security.alpha.kubernetes.io/pod";
    private static final String SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";
    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";

    private final String path;
    private final Map<String, String> annotations;
    private final @Nullable PodSecurityContext podContext;
    private final Map<String, Container> containers = new LinkedHashMap<>();
    private final List<String> found;

    /** @param path of what has the spec: {@code ""}, or with a dot at its end */
    ContainerWarnings(String path, Map<String, String> annotations, PodSpec spec, List<String> found) {
        this.path = path;
        this.annotations = annotations;
        this.podContext = spec.getSecurityContext();
        this.found = found;
        keep(spec.getInitContainers(), "initContainers");
        keep(spec.getContainers(), "containers");
    }

    private void keep(@Nullable List<Container> some, String field) {
        for (int i = 0; some != null && i < some.size(); i++) {
            containers.put(path + "spec." + field + "[" + i + "]", some.get(i));
        }
    }

    void add() {
        if (podContext == null || podContext.getSeccompProfile() == null) {
            noSeccomp(POD_SECCOMP);
        }
        containers.forEach((at, container) -> {
            SecurityContext context = container.getSecurityContext();
            if (context == null || context.getSeccompProfile() == null) {
                noSeccomp(SECCOMP + container.getName());
            }
            if (!path.isEmpty()) {
                appArmor(container);
            }
            if (container.getResources() != null) {
                for (String resource : List.of("memory", "ephemeral-storage")) {
                    VolumeWarnings.wholeBytes(
                            container.getResources().getLimits(), resource, at + ".resources.limits", found);
                    VolumeWarnings.wholeBytes(
                            container.getResources().getRequests(), resource, at + ".resources.requests", found);
                }
            }
            environment(container.getEnv(), at);
        });
        ports();
        portNames();
    }

    private void noSeccomp(String key) {
        if (annotations.containsKey(key)) {
            found.add(path + "metadata.annotations[" + key
                    + "]: non-functional in v1.27+; use the \"seccompProfile\" field instead");
        }
    }

    /** What is said of a pod's own containers before all else, and of a template's one by one. */
    static void addAppArmor(ObjectMeta pod, PodSpec spec, List<String> found) {
        Map<String, String> annotations = Objects.requireNonNullElse(pod.getAnnotations(), Map.of());
        ContainerWarnings warnings = new ContainerWarnings("", annotations, spec, found);
        warnings.containers.values().forEach(warnings::appArmor);
    }

    private void appArmor(Container container) {
        SecurityContext context = container.getSecurityContext();
        if (context != null && context.getAppArmorProfile() != null) {
            return;
        }
        String key = APP_ARMOR + container.getName();
        String profile = annotations.get(key);
        AppArmorProfile ofPod = podContext == null ? null : podContext.getAppArmorProfile();
        if (profile != null && (ofPod == null || !profile.equals(asAnnotation(ofPod)))) {
            found.add(path + "metadata.annotations[" + key
                    + "]: deprecated since v1.30; use the \"appArmorProfile\" field instead");
        }
    }

    private static String asAnnotation(AppArmorProfile profile) {
        return switch (Texts.orEmpty(profile.getType())) {
            case "Unconfined" -> "unconfined";
            case "RuntimeDefault" -> "runtime/default";
            default -> "localhost/" + profile.getLocalhostProfile();
        };
    }

    private void environment(@Nullable List<EnvVar> variables, String at) {
        Set<String> names = new HashSet<>();
        for (int i = 0; variables != null && i < variables.size(); i++) {
            EnvVar variable = variables.get(i);
            String value = Texts.orEmpty(variable.getValue());
            String reference = "$(" + variable.getName() + ")";
            // One that builds upon what was before it is meant so.
            boolean hides = variable.getValueFrom() != null || value.equals(reference) || !value.contains(reference);
            if (!names.add(variable.getName()) && hides) {
                found.add(at + ".env[" + i + "]: hides previous definition of \"" + variable.getName()
                        + "\", which may be dropped when using apply");
            }
        }
    }

    private void eachPort(BiConsumer<String, ContainerPort> look) {
        containers.forEach((at, container) -> {
            List<ContainerPort> ports = Objects.requireNonNullElse(container.getPorts(), List.of());
            for (int i = 0; i < ports.size(); i++) {
                look.accept(at + ".ports[" + i + "]", ports.get(i));
            }
        });
    }

    private record Placed(String path, int hostPort, String hostIp) {}

    private void ports() {
        Map<String, List<Placed>> known = new HashMap<>();
        eachPort((at, port) -> {
            Placed here = new Placed(at, number(port.getHostPort()), Texts.orEmpty(port.getHostIP()));
            if (!here.hostIp().isEmpty() && here.hostPort() == 0) {
                found.add(at + ": hostIP set without hostPort: {Name:" + Texts.orEmpty(port.getName())
                        + " HostPort:0 ContainerPort:" + number(port.getContainerPort()) + " Protocol:"
                        + Texts.orEmpty(port.getProtocol()) + " HostIP:" + here.hostIp() + "}");
            }
            List<Placed> others = known.computeIfAbsent(
                    number(port.getContainerPort()) + "/" + port.getProtocol(), key -> new ArrayList<>());
            others.forEach(other -> overlap(here, other));
            others.add(here);
        });
    }

    private void overlap(Placed here, Placed other) {
        if (here.hostPort() == other.hostPort() && here.hostIp().equals(other.hostIp())) {
            found.add(here.path() + ": duplicate port definition with " + other.path());
        } else if (here.hostPort() == 0 || other.hostPort() == 0) {
            found.add(here.path() + ": overlapping port definition with " + other.path());
        } else if (here.hostPort() == other.hostPort()
                && here.hostIp().isEmpty() != other.hostIp().isEmpty()) {
            found.add(here.path() + ": dangerously ambiguous port definition with " + other.path());
        }
    }

    private void portNames() {
        Map<String, String> first = new HashMap<>();
        eachPort((at, port) -> {
            String other = Texts.isEmpty(port.getName()) ? null : first.putIfAbsent(port.getName(), at);
            if (other != null) {
                found.add(at + ": duplicate port name \"" + port.getName() + "\" with " + other
                        + ", services and probes that select ports by name will use " + other);
            }
        });
    }

    private static int number(@Nullable Integer value) {
        return value == null ? 0 : value;
    }
}
