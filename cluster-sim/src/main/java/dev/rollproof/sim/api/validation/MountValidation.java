// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeDevice;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for what a container sees of its pod's volumes. Source: pkg/apis/core/validation. */
final class MountValidation {
    private static final String UNIQUE = "must be unique";

    private final Map<String, Volume> volumes;
    private final FieldErrors errors;

    /** @param volumes those of the pod with nothing wrong in them, by their names */
    MountValidation(Map<String, Volume> volumes, FieldErrors errors) {
        this.volumes = volumes;
        this.errors = errors;
    }

    void validate(Container container, String path) {
        List<VolumeMount> mounts = Lists.orEmpty(container.getVolumeMounts());
        List<VolumeDevice> devices = Lists.orEmpty(container.getVolumeDevices());
        Set<String> paths = new HashSet<>();
        for (int i = 0; i < mounts.size(); i++) {
            mount(mounts.get(i), path + ".volumeMounts[" + i + "]", paths, devices);
            options(mounts.get(i), container, path + ".volumeMounts");
        }
        if (!devices.isEmpty()) {
            devices(devices, mounts, path + ".volumeDevices");
        }
    }

    private void mount(VolumeMount mount, String path, Set<String> paths, List<VolumeDevice> devices) {
        String name = Texts.orEmpty(mount.getName());
        String at = Texts.orEmpty(mount.getMountPath());
        if (name.isEmpty()) {
            errors.required(path + ".name");
        }
        if (!volumes.containsKey(name)) {
            errors.notFound(path + ".name", name);
        }
        if (at.isEmpty()) {
            errors.required(path + ".mountPath");
        }
        if (!paths.add(at)) {
            errors.invalid(path + ".mountPath", at, UNIQUE);
        }
        if (!devices.isEmpty()) {
            if (devices.stream()
                    .anyMatch(device -> Texts.orEmpty(device.getName()).equals(name))) {
                errors.invalid(path + ".name", name, "must not already exist in volumeDevices");
            }
            if (devices.stream()
                    .anyMatch(device -> Texts.orEmpty(device.getDevicePath()).equals(at))) {
                errors.invalid(path + ".mountPath", at, "must not already exist as a path in volumeDevices");
            }
        }
    }

    /** @param path that of all mounts: the server does not say which of them it means */
    private void options(VolumeMount mount, Container container, String path) {
        boolean hasPath = !Texts.isEmpty(mount.getSubPath());
        if (hasPath) {
            PathRules.relative(mount.getSubPath(), path + ".subPath", errors);
        }
        if (!Texts.isEmpty(mount.getSubPathExpr())) {
            if (hasPath) {
                errors.invalid(
                        path + "[" + container.getVolumeMounts().indexOf(mount) + "].subPathExpr",
                        mount.getSubPathExpr(),
                        "subPathExpr and subPath are mutually exclusive");
            }
            PathRules.relative(mount.getSubPathExpr(), path + ".subPathExpr", errors);
        }
        propagation(mount.getMountPropagation(), container, path + ".mountPropagation");
        if (mount.getRecursiveReadOnly() != null) {
            recursion(mount, path + ".recursiveReadOnly");
        }
    }

    private void propagation(@Nullable String propagation, Container container, String path) {
        if (propagation == null) {
            return;
        }
        List<String> known = List.of("Bidirectional", "HostToContainer", "None");
        if (!known.contains(propagation)) {
            errors.notSupported(path, propagation, known);
        }
        boolean privileged = container.getSecurityContext() != null
                && Boolean.TRUE.equals(container.getSecurityContext().getPrivileged());
        if (propagation.equals("Bidirectional") && !privileged) {
            errors.forbidden(path, "Bidirectional mount propagation is available only to privileged containers");
        }
    }

    private void recursion(VolumeMount mount, String path) {
        switch (mount.getRecursiveReadOnly()) {
            case "Disabled" -> {}
            case "Enabled", "IfPossible" -> {
                if (!Boolean.TRUE.equals(mount.getReadOnly())) {
                    errors.forbidden(path, "may only be specified when readOnly is true");
                }
                if (mount.getMountPropagation() != null
                        && !mount.getMountPropagation().equals("None")) {
                    errors.forbidden(path, "may only be specified when mountPropagation is None or not specified");
                }
            }
            default ->
                errors.notSupported(path, mount.getRecursiveReadOnly(), List.of("Disabled", "Enabled", "IfPossible"));
        }
    }

    private void devices(List<VolumeDevice> devices, List<VolumeMount> mounts, String path) {
        Set<String> names = new HashSet<>();
        Set<String> paths = new HashSet<>();
        for (int i = 0; i < devices.size(); i++) {
            String at = path + "[" + i + "]";
            String name = Texts.orEmpty(devices.get(i).getName());
            String of = Texts.orEmpty(devices.get(i).getDevicePath());
            deviceName(name, at + ".name", names);
            if (of.isEmpty()) {
                errors.required(at + ".devicePath");
            }
            if (paths.contains(of)) {
                errors.invalid(at + ".devicePath", of, UNIQUE);
            }
            if (PathRules.hasBacksteps(of)) {
                errors.invalid(at + ".devicePath", of, "can not contain backsteps ('..')");
            } else {
                paths.add(of);
            }
            if (mounts.stream().anyMatch(mount -> Texts.orEmpty(mount.getName()).equals(name))) {
                errors.invalid(at + ".name", name, "must not already exist in volumeMounts");
            }
            if (mounts.stream()
                    .anyMatch(mount -> Texts.orEmpty(mount.getMountPath()).equals(of))) {
                errors.invalid(at + ".devicePath", of, "must not already exist as a path in volumeMounts");
            }
            if (!name.isEmpty()) {
                names.add(name);
            }
        }
    }

    private void deviceName(String name, String path, Set<String> names) {
        Volume volume = volumes.get(name);
        if (name.isEmpty()) {
            errors.required(path);
        }
        if (names.contains(name)) {
            errors.invalid(path, name, UNIQUE);
        }
        if (volume == null) {
            errors.notFound(path, name);
        } else if (volume.getPersistentVolumeClaim() == null && volume.getEphemeral() == null) {
            errors.invalid(
                    path, name, "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode");
        }
    }
}
