// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes new versions of frozen model objects that share the parts which stay. By reflection, so that a field that a newer
 * model has is not lost.
 */
public final class Frozen {
    private static final Map<Class<?>, Field[]> FIELDS = new ConcurrentHashMap<>();

    private Frozen() {}

    /** Fills a new object with the fields of another, each by reference. */
    public static <T> T copy(T from, Supplier<T> create) {
        T to = create.get();
        try {
            for (Field field : FIELDS.computeIfAbsent(from.getClass(), Frozen::fieldsOf)) {
                field.set(to, field.get(from));
            }
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot copy " + from.getClass().getName(), e);
        }
        return to;
    }

    /** Whether two objects of one kind have the very same parts, but for their metadata. */
    static boolean shareAllButMetadata(HasMetadata one, HasMetadata other) {
        try {
            for (Field field : FIELDS.computeIfAbsent(one.getClass(), Frozen::fieldsOf)) {
                Object part = field.get(one);
                Object theirs = field.get(other);
                boolean isSame = part == theirs
                        || part instanceof String && part.equals(theirs)
                        || part instanceof Map<?, ?> map && map.isEmpty() && part.equals(theirs)
                        || part instanceof ObjectMeta;
                if (!isSame) {
                    return false;
                }
            }
            return true;
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot read " + one.getClass().getName(), e);
        }
    }

    private static Field[] fieldsOf(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> at = type; at != Object.class; at = Objects.requireNonNull(at.getSuperclass())) {
            for (Field field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields.toArray(new Field[0]);
    }

    /** A map with one more entry, or with another value for it. */
    public static Map<String, String> with(@Nullable Map<String, String> map, String key, String value) {
        Map<String, String> copy = map == null ? new LinkedHashMap<>() : new LinkedHashMap<>(map);
        copy.put(key, value);
        return copy;
    }
}
