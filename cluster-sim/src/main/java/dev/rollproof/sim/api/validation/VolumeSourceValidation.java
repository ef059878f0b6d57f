// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.HostPathVolumeSource;
import io.fabric8.kubernetes.api.model.NFSVolumeSource;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** The rules for where a volume's data are, of which there is one place, alike for pods' volumes and for persistent ones. */
final class VolumeSourceValidation {
    private static final int LONGEST_DRIVER = 63;
    private static final List<String> PATH_TYPES = List.of(
            "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket");

    private final int minor;
    private final FieldErrors errors;
    private int found;

    /** @param minor the minor version of Kubernetes whose rules are played */
    VolumeSourceValidation(int minor, FieldErrors errors) {
        this.minor = minor;
        this.errors = errors;
    }

    /** Looks into a source that is there, and is the first. */
    <T> void source(@Nullable T source, String path, BiConsumer<T, String> rules) {
        if (source == null) {
            return;
        }
        if (found > 0) {
            errors.forbidden(path, "may not specify more than 1 volume type");
        } else {
            found++;
            rules.accept(source, path);
        }
    }

    /** A source that may stand beside another one. */
    void beside(@Nullable Object source) {
        if (source != null) {
            found++;
        }
    }

    /** Whether there is a source so far. */
    boolean isAny() {
        return found > 0;
    }

    void hostPath(HostPathVolumeSource source, String path) {
        if (Texts.isEmpty(source.getPath())) {
            errors.required(path + ".path");
            return;
        }
        PathRules.noBacksteps(source.getPath(), path + ".path", errors);
        if (source.getType() != null && !PATH_TYPES.contains(source.getType())) {
            errors.notSupported(path + ".type", source.getType(), PATH_TYPES);
        }
    }

    void nfs(NFSVolumeSource source, String path) {
        required(source.getServer(), path + ".server");
        String of = Texts.orEmpty(source.getPath());
        required(of, path + ".path");
        if (!of.startsWith("/")) {
            errors.invalid(path + ".path", of, "must be an absolute path");
        }
    }

    /** The name of a CSI driver. */
    void driver(@Nullable String name, String path) {
        String driver = Texts.orEmpty(name);
        required(driver, path);
        if (driver.length() > LONGEST_DRIVER) {
            errors.tooLong(path, LONGEST_DRIVER);
        }
        // Older versions say of a name that is not there that it is wrong, too.
        if (!driver.isEmpty() || minor < 36) {
            Names.subdomain(driver.toLowerCase(Locale.ROOT)).forEach(wrong -> errors.invalid(path, driver, wrong));
        }
    }

    private void required(@Nullable String value, String path) {
        if (Texts.isEmpty(value)) {
            errors.required(path);
        }
    }
}
