// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.PodOS;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SecurityContext;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The rules for pods that say which operating system they are for. Source: pkg/apis/core/validation. */
final class OsValidation {
    private static final List<String> KNOWN = List.of("linux", "windows");

    private final PodSpec spec;
    private final String path;
    private final boolean older;
    private final FieldErrors errors;

    /** @param minor the minor version of Kubernetes whose rules are played */
    OsValidation(PodSpec spec, String path, int minor, FieldErrors errors) {
        this.spec = spec;
        this.path = path;
        this.older = minor < 36;
        this.errors = errors;
    }

    void validate(PodOS os) {
        if (Texts.isEmpty(os.getName())) {
            errors.required(path + ".os.name");
        } else if (!KNOWN.contains(os.getName())) {
            errors.notSupported(path + ".os", os.getName(), KNOWN);
        } else if (os.getName().equals("linux")) {
            linux();
        } else {
            windows();
        }
    }

    private interface Rules {
        void of(SecurityContext context, String path);
    }

    private void contexts(Rules rules) {
        contexts(spec.getInitContainers(), path + ".initContainers", rules);
        contexts(spec.getContainers(), path + ".containers", rules);
    }

    private static void contexts(@Nullable List<Container> containers, String path, Rules rules) {
        for (int i = 0; containers != null && i < containers.size(); i++) {
            SecurityContext context = containers.get(i).getSecurityContext();
            if (context != null) {
                rules.of(context, path + "[" + i + "].securityContext");
            }
        }
    }

    private void linux() {
        String why = "windows options cannot be set for a linux pod";
        PodSecurityContext own = spec.getSecurityContext();
        if (own != null && own.getWindowsOptions() != null) {
            errors.forbidden(path + ".securityContext.windowsOptions", why);
        }
        contexts((context, at) -> {
            if (context.getWindowsOptions() != null) {
                errors.forbidden(at + ".windowsOptions", why);
            }
        });
    }

    private void not(@Nullable Object said, String at) {
        if (said != null && !Boolean.FALSE.equals(said) && !(said instanceof List<?> list && list.isEmpty())) {
            errors.forbidden(at, "cannot be set for a windows pod");
        }
    }

    private void windows() {
        PodSecurityContext own = spec.getSecurityContext();
        if (own != null) {
            String at = path + ".securityContext";
            not(own.getAppArmorProfile(), at + ".appArmorProfile");
            not(own.getSeLinuxOptions(), at + ".seLinuxOptions");
            // What comes to the same in all versions comes in another order.
            if (older) {
                host();
            }
            not(own.getSeccompProfile(), at + ".seccompProfile");
            not(own.getFsGroup(), at + ".fsGroup");
            not(own.getFsGroupChangePolicy(), at + ".fsGroupChangePolicy");
            not(own.getSysctls(), at + ".sysctls");
            if (older) {
                sharing();
            }
            not(own.getRunAsUser(), at + ".runAsUser");
            not(own.getRunAsGroup(), at + ".runAsGroup");
            not(own.getSupplementalGroups(), at + ".supplementalGroups");
            not(own.getSupplementalGroupsPolicy(), at + ".supplementalGroupsPolicy");
            not(own.getSeLinuxChangePolicy(), at + ".seLinuxChangePolicy");
        }
        if (!older) {
            host();
            sharing();
        }
        contexts((context, at) -> {
            not(context.getAppArmorProfile(), at + ".appArmorProfile");
            not(context.getSeLinuxOptions(), at + ".seLinuxOptions");
            not(context.getSeccompProfile(), at + ".seccompProfile");
            not(context.getCapabilities(), at + ".capabilities");
            notEven(context.getReadOnlyRootFilesystem(), at + ".readOnlyRootFilesystem");
            notEven(context.getPrivileged(), at + ".privileged");
            notEven(context.getAllowPrivilegeEscalation(), at + ".allowPrivilegeEscalation");
            not(context.getProcMount(), at + ".procMount");
            not(context.getRunAsUser(), at + ".runAsUser");
            not(context.getRunAsGroup(), at + ".runAsGroup");
        });
    }

    private void host() {
        notEven(spec.getHostUsers(), path + ".hostUsers");
        not(spec.getHostPID(), path + ".hostPID");
        not(spec.getHostIPC(), path + ".hostIPC");
    }

    private void sharing() {
        notEven(spec.getShareProcessNamespace(), path + ".shareProcessNamespace");
    }

    /** What may not be said at all, not even that it is not so. */
    private void notEven(@Nullable Boolean said, String at) {
        not(said == null ? null : Boolean.TRUE, at);
    }
}
