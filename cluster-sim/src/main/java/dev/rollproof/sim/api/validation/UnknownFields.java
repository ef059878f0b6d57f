// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.FieldsV1;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields that a kind does not have, as the API server does with strict field validation: fabric8's models keep them as
 * additional properties. Thread-safe.
 */
public final class UnknownFields {
    private static final String ADDITIONAL = "additionalProperties";
    private static final Map<Class<?>, List<Field>> FIELDS = new ConcurrentHashMap<>();

    private UnknownFields() {}

    /** Their paths, such as {@code spec.template.spec.containers[0].imge}; empty where all fields are known. */
    public static List<String> of(Object model) {
        List<String> unknown = new ArrayList<>();
        search(model, "", unknown);
        return unknown;
    }

    /** The fields of a model, without those that a class shares. */
    static List<Field> fieldsOf(Object model) {
        return FIELDS.computeIfAbsent(model.getClass(), UnknownFields::read);
    }

    private static void search(@Nullable Object value, String path, List<String> unknown) {
        if (value instanceof List<?> items) {
            for (int i = 0; i < items.size(); i++) {
                search(items.get(i), path + "[" + i + "]", unknown);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> search(item, path + "." + key, unknown));
        } else if (value != null
                && value.getClass().getName().startsWith("io.fabric8.kubernetes.api.model.")
                && !(value instanceof FieldsV1)) {
            for (Field field : fieldsOf(value)) {
                if (!field.getName().equals(ADDITIONAL)) {
                    search(get(field, value), join(path, nameOf(field)), unknown);
                } else if (get(field, value) instanceof Map<?, ?> additional) {
                    additional.keySet().forEach(key -> unknown.add(join(path, String.valueOf(key))));
                }
            }
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static String nameOf(Field field) {
        JsonProperty named = field.getAnnotation(JsonProperty.class);
        return named == null || named.value().isEmpty() ? field.getName() : named.value();
    }

    static @Nullable Object get(Field field, Object owner) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException("cannot read " + field, e);
        }
    }

    private static List<Field> read(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return List.copyOf(fields);
    }
}
