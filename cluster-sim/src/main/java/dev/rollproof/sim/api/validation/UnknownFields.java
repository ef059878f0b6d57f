// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.FieldsV1;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds fields that a kind does not have, as the API server does with strict field validation: fabric8's models keep them as
 * additional properties. Thread-safe.
 */
public final class UnknownFields {
    private static final String ADDITIONAL = "additionalProperties";
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";
    private static final Named[] NONE = {};

    /** Its fields that may hold models, under their names in JSON, without those that the class shares; none for what is no model. */
    private static final ClassValue<Named[]> FIELDS = new ClassValue<>() {
        @Override
        protected Named[] computeValue(Class<?> type) {
            return type.getName().startsWith(MODELS) ? read(type) : NONE;
        }
    };

    private UnknownFields() {}

    /** A field of a model. */
    record Named(String name, Field field, boolean additional) {
        @Nullable
        Object of(Object owner) {
            try {
                return field.get(owner);
            } catch (IllegalAccessException e) {
                throw new IllegalStateException("cannot read " + field, e);
            }
        }
    }

    /** Their paths, such as {@code spec.template.spec.containers[0].imge}; empty where all fields are known. */
    public static List<String> of(Object model) {
        if (!hasSome(model)) {
            return List.of();
        }
        List<String> unknown = new ArrayList<>();
        search(model, "", unknown);
        return unknown;
    }

    /** The fields of a model that may hold models, quantities among them; none of anything else. */
    static Named[] fieldsOf(Object model) {
        return FIELDS.get(model.getClass());
    }

    /** Whether there are any: mostly there are none, and then nobody needs their paths. */
    private static boolean hasSome(@Nullable Object value) {
        if (value == null || value instanceof String || value instanceof FieldsV1) {
            return false;
        }
        if (value instanceof List<?> items) {
            for (Object item : items) {
                if (hasSome(item)) {
                    return true;
                }
            }
        } else if (value instanceof Map<?, ?> map) {
            for (Object item : map.values()) {
                if (hasSome(item)) {
                    return true;
                }
            }
        } else {
            for (Named field : fieldsOf(value)) {
                Object item = field.of(value);
                if (field.additional() ? item instanceof Map<?, ?> more && !more.isEmpty() : hasSome(item)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static void search(@Nullable Object value, String path, List<String> unknown) {
        if (value instanceof List<?> items) {
            for (int i = 0; i < items.size(); i++) {
                search(items.get(i), path + "[" + i + "]", unknown);
            }
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, item) -> search(item, path + "." + key, unknown));
        } else if (value != null && !(value instanceof FieldsV1)) {
            for (Named field : fieldsOf(value)) {
                if (!field.additional()) {
                    search(field.of(value), join(path, field.name()), unknown);
                } else if (field.of(value) instanceof Map<?, ?> additional) {
                    additional.keySet().forEach(key -> unknown.add(join(path, String.valueOf(key))));
                }
            }
        }
    }

    /** Takes them out. The model must be the caller's own. */
    static void dropFrom(@Nullable Object value) {
        if (value instanceof List<?> items) {
            items.forEach(UnknownFields::dropFrom);
        } else if (value instanceof Map<?, ?> map) {
            map.values().forEach(UnknownFields::dropFrom);
        } else if (value != null && !(value instanceof String) && !(value instanceof FieldsV1)) {
            for (Named field : fieldsOf(value)) {
                Object item = field.of(value);
                if (!field.additional()) {
                    dropFrom(item);
                } else if (item instanceof Map<?, ?> additional) {
                    additional.clear();
                }
            }
        }
    }

    private static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    private static boolean isScalar(Class<?> type) {
        return type.isPrimitive()
                || type == String.class
                || type == Boolean.class
                || Number.class.isAssignableFrom(type);
    }

    private static Named[] read(Class<?> type) {
        List<Named> fields = new ArrayList<>();
        for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !isScalar(field.getType())) {
                    field.setAccessible(true);
                    JsonProperty named = field.getAnnotation(JsonProperty.class);
                    String name = named == null || named.value().isEmpty() ? field.getName() : named.value();
                    fields.add(new Named(name, field, field.getName().equals(ADDITIONAL)));
                }
            }
        }
        return fields.toArray(NONE);
    }
}
