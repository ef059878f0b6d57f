// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.AppArmorProfile;
import io.fabric8.kubernetes.api.model.Capabilities;
import io.fabric8.kubernetes.api.model.PodSecurityContext;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.SELinuxOptions;
import io.fabric8.kubernetes.api.model.SeccompProfile;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Sysctl;
import io.fabric8.kubernetes.api.model.WindowsSecurityContextOptions;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The rules for security contexts, of pods and of containers. Source: pkg/apis/core/validation. What a context says to Windows is not looked
 * at.
 */
final class SecurityValidation {
    private static final String SYSCTL_SEGMENT = "[a-z0-9]([-_a-z0-9]*[a-z0-9])?";
    private static final String SYSCTL = "^(" + SYSCTL_SEGMENT + "[\\./])*" + SYSCTL_SEGMENT + "$";
    private static final Pattern IS_SYSCTL = Pattern.compile(SYSCTL);
    private static final int LONGEST_SYSCTL = 253;
    private static final int LONGEST_PROFILE = 4095;
    private static final List<String> PROFILES = List.of("Localhost", "RuntimeDefault", "Unconfined");
    private static final String NO_APP_ARMOR_PROFILE = "must be set when AppArmor type is Localhost";

    private final FieldErrors errors;

    SecurityValidation(FieldErrors errors) {
        this.errors = errors;
    }

    void container(@Nullable SecurityContext context, String path, boolean hostUsers) {
        if (context == null) {
            return;
        }
        identity(context.getRunAsUser(), path + ".runAsUser");
        identity(context.getRunAsGroup(), path + ".runAsGroup");
        String mount = context.getProcMount();
        if (mount != null) {
            List<String> mounts = List.of("Default", "Unmasked");
            if (!mounts.contains(mount)) {
                errors.notSupported(path + ".procMount", mount, mounts);
            }
            if (hostUsers && mount.equals("Unmasked")) {
                errors.invalid(path + ".procMount", mount, "`hostUsers` must be false to use `Unmasked`");
            }
        }
        seccomp(context.getSeccompProfile(), path + ".seccompProfile");
        if (Boolean.FALSE.equals(context.getAllowPrivilegeEscalation())) {
            escalation(context, path);
        }
        appArmor(context.getAppArmorProfile(), path + ".appArmorProfile");
    }

    private void escalation(SecurityContext context, String path) {
        if (Boolean.TRUE.equals(context.getPrivileged())) {
            errors.invalid(
                    path, shown(context), "cannot set `allowPrivilegeEscalation` to false and `privileged` to true");
        }
        Capabilities capabilities = context.getCapabilities();
        if (capabilities != null && capabilities.getAdd() != null) {
            for (String capability : capabilities.getAdd()) {
                if (capability.equals("CAP_SYS_ADMIN")) {
                    errors.invalid(
                            path,
                            shown(context),
                            "cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN");
                }
            }
        }
    }

    /** @param minor the minor version of Kubernetes whose rules are played */
    void pod(PodSpec spec, String path, int minor) {
        PodSecurityContext context = spec.getSecurityContext();
        String at = path + ".securityContext";
        if (context != null) {
            identity(context.getFsGroup(), at + ".fsGroup");
            identity(context.getRunAsUser(), at + ".runAsUser");
            identity(context.getRunAsGroup(), at + ".runAsGroup");
            List<Long> groups = context.getSupplementalGroups();
            for (int i = 0; groups != null && i < groups.size(); i++) {
                identity(groups.get(i), at + ".supplementalGroups[" + i + "]");
            }
        }
        boolean older = minor < 36;
        if (older) {
            sharing(spec, at);
        }
        if (context != null) {
            sysctls(context.getSysctls(), spec, at + ".sysctls");
            known(context.getFsGroupChangePolicy(), at + ".fsGroupChangePolicy", List.of("Always", "OnRootMismatch"));
            seccomp(context.getSeccompProfile(), at + ".seccompProfile");
            appArmor(context.getAppArmorProfile(), at + ".appArmorProfile");
            known(context.getSupplementalGroupsPolicy(), at + ".supplementalGroupsPolicy", List.of("Merge", "Strict"));
            known(context.getSeLinuxChangePolicy(), at + ".seLinuxChangePolicy", List.of("MountOption", "Recursive"));
        }
        if (!older) {
            sharing(spec, path);
        }
    }

    private void sharing(PodSpec spec, String path) {
        if (Boolean.TRUE.equals(spec.getShareProcessNamespace()) && Boolean.TRUE.equals(spec.getHostPID())) {
            errors.invalid(
                    path + ".shareProcessNamespace", true, "ShareProcessNamespace and HostPID cannot both be enabled");
        }
    }

    private void known(@Nullable String value, String path, List<String> known) {
        if (value != null && !known.contains(value)) {
            errors.notSupported(path, value, known);
        }
    }

    private void identity(@Nullable Long number, String path) {
        if (number != null && (number < 0 || number > Integer.MAX_VALUE)) {
            errors.invalid(path, number, "must be between 0 and 2147483647, inclusive");
        }
    }

    private void sysctls(@Nullable List<Sysctl> sysctls, PodSpec spec, String path) {
        Set<String> names = new HashSet<>();
        for (int i = 0; sysctls != null && i < sysctls.size(); i++) {
            String at = path + "[" + i + "].name";
            String name = Texts.orEmpty(sysctls.get(i).getName());
            if (name.isEmpty()) {
                errors.required(at);
            } else if (name.length() > LONGEST_SYSCTL
                    || !IS_SYSCTL.matcher(name).matches()) {
                errors.invalid(
                        at, name, "must have at most " + LONGEST_SYSCTL + " characters and match regex " + SYSCTL);
            } else if (names.contains(name)) {
                errors.duplicate(at, name);
            }
            hostSysctl(name, spec, at);
            names.add(name);
        }
    }

    private void hostSysctl(String name, PodSpec spec, String path) {
        String dotted = dotted(name);
        if (Boolean.TRUE.equals(spec.getHostNetwork()) && dotted.startsWith("net.")) {
            errors.invalid(path, name, "may not be specified when 'hostNetwork' is true");
        } else if (Boolean.TRUE.equals(spec.getHostIPC())
                && (dotted.equals("kernel.sem")
                        || Stream.of("kernel.shm", "kernel.msg", "fs.mqueue.").anyMatch(dotted::startsWith))) {
            errors.invalid(path, name, "may not be specified when 'hostIPC' is true");
        }
    }

    /** Where the first separator is a slash, slashes and dots have each the other's sense. */
    private static String dotted(String name) {
        int slash = name.indexOf('/');
        int dot = name.indexOf('.');
        return slash < 0 || dot >= 0 && dot < slash
                ? name
                : name.replace('.', '\0').replace('/', '.').replace('\0', '/');
    }

    private void seccomp(@Nullable SeccompProfile profile, String path) {
        if (profile == null) {
            return;
        }
        String type = Texts.orEmpty(profile.getType());
        if (type.isEmpty()) {
            errors.required(path + ".type", "type is required when seccompProfile is set");
        } else if (!PROFILES.contains(type)) {
            errors.notSupported(path + ".type", type, PROFILES);
        }
        String file = profile.getLocalhostProfile();
        if (!type.equals("Localhost")) {
            if (file != null) {
                errors.invalid(
                        path + ".localhostProfile", shown(profile), "can only be set when seccomp type is Localhost");
            }
        } else if (file == null) {
            errors.required(path + ".localhostProfile", "must be set when seccomp type is Localhost");
        } else {
            PathRules.relative(file, path + ".localhostProfile", errors);
        }
    }

    private void appArmor(@Nullable AppArmorProfile profile, String path) {
        if (profile == null) {
            return;
        }
        String type = Texts.orEmpty(profile.getType());
        String name = profile.getLocalhostProfile();
        String at = path + ".localhostProfile";
        switch (type) {
            case "Localhost" -> {
                if (name == null || name.isEmpty()) {
                    errors.required(at, NO_APP_ARMOR_PROFILE);
                    return;
                }
                if (!name.strip().equals(name)) {
                    errors.invalid(at, name, "must not be padded with whitespace");
                }
                if (name.length() > LONGEST_PROFILE) {
                    errors.tooLong(at, LONGEST_PROFILE);
                }
            }
            case "RuntimeDefault", "Unconfined" -> {
                if (name != null) {
                    errors.invalid(at, name, "can only be set when AppArmor type is Localhost");
                }
            }
            case "" -> errors.required(path + ".type", "type is required when appArmorProfile is set");
            default -> errors.notSupported(path + ".type", type, PROFILES);
        }
    }

    /** As the server shows what it has read, which is by other names than what it was sent. */
    private static Map<String, @Nullable Object> shown(SecurityContext context) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        Capabilities capabilities = context.getCapabilities();
        shown.put("Capabilities", capabilities == null ? null : shown(capabilities));
        shown.put("Privileged", context.getPrivileged());
        shown.put("SELinuxOptions", context.getSeLinuxOptions() == null ? null : shown(context.getSeLinuxOptions()));
        shown.put("WindowsOptions", context.getWindowsOptions() == null ? null : shown(context.getWindowsOptions()));
        shown.put("RunAsUser", context.getRunAsUser());
        shown.put("RunAsGroup", context.getRunAsGroup());
        shown.put("RunAsNonRoot", context.getRunAsNonRoot());
        shown.put("ReadOnlyRootFilesystem", context.getReadOnlyRootFilesystem());
        shown.put("AllowPrivilegeEscalation", context.getAllowPrivilegeEscalation());
        shown.put("ProcMount", context.getProcMount());
        shown.put("SeccompProfile", context.getSeccompProfile() == null ? null : shown(context.getSeccompProfile()));
        AppArmorProfile profile = context.getAppArmorProfile();
        shown.put(
                "AppArmorProfile", profile == null ? null : profile(profile.getType(), profile.getLocalhostProfile()));
        return shown;
    }

    private static Map<String, @Nullable Object> shown(Capabilities capabilities) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("Add", orNull(capabilities.getAdd()));
        shown.put("Drop", orNull(capabilities.getDrop()));
        return shown;
    }

    private static @Nullable List<String> orNull(@Nullable List<String> list) {
        return list == null || list.isEmpty() ? null : list;
    }

    private static Map<String, @Nullable Object> shown(SELinuxOptions options) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("User", Texts.orEmpty(options.getUser()));
        shown.put("Role", Texts.orEmpty(options.getRole()));
        shown.put("Type", Texts.orEmpty(options.getType()));
        shown.put("Level", Texts.orEmpty(options.getLevel()));
        return shown;
    }

    private static Map<String, @Nullable Object> shown(WindowsSecurityContextOptions options) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("GMSACredentialSpecName", options.getGmsaCredentialSpecName());
        shown.put("GMSACredentialSpec", options.getGmsaCredentialSpec());
        shown.put("RunAsUserName", options.getRunAsUserName());
        shown.put("HostProcess", options.getHostProcess());
        return shown;
    }

    private static Map<String, @Nullable Object> shown(SeccompProfile profile) {
        return profile(profile.getType(), profile.getLocalhostProfile());
    }

    private static Map<String, @Nullable Object> profile(@Nullable String type, @Nullable String file) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("Type", Texts.orEmpty(type));
        shown.put("LocalhostProfile", file);
        return shown;
    }
}
