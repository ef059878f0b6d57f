// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it;

import dev.rollproof.k8s.fabric8.Models;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** Manifests in tests are written as YAML, as people write them. */
public final class Yaml {
    private Yaml() {}

    @SuppressWarnings("unchecked")
    public static <T> T read(Class<T> type, String yaml) {
        return Models.fromTree((Map<String, Object>) tree(yaml), type);
    }

    /** Maps, lists, texts, numbers and booleans. */
    public static Object tree(String yaml) {
        return new Load(LoadSettings.builder().build()).loadFromString(yaml);
    }
}
