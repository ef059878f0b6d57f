// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.strategies.drive;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Annotations as fields of an {@link Action.Change}. Pure. */
public final class Annotations {
    private Annotations() {}

    static Map<String, String> of(HasMetadata object) {
        Map<String, String> annotations = object.getMetadata().getAnnotations();
        return annotations == null ? Map.of() : annotations;
    }

    /** The JSON pointer of an annotation (RFC 6901). */
    public static String pointer(String name) {
        return "/metadata/annotations/" + name.replace("~", "~0").replace("/", "~1");
    }

    /** What makes the annotations of one object those of another, by JSON pointer; null removes. */
    public static Map<String, @Nullable Object> difference(HasMetadata from, HasMetadata to) {
        Map<String, String> before = of(from);
        Map<String, String> after = of(to);
        Set<String> names = new TreeSet<>(before.keySet());
        names.addAll(after.keySet());
        Map<String, @Nullable Object> fields = new LinkedHashMap<>();
        for (String name : names) {
            if (!Objects.equals(before.get(name), after.get(name))) {
                fields.put(pointer(name), after.get(name));
            }
        }
        return fields;
    }
}
