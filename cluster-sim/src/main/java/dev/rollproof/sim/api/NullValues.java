// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Collection;
import java.util.List;
import java.util.ListIterator;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts in place of a null that a client sent in a list or a map what Go's JSON reading has there, since Go's lists of texts and
 * of structs hold no nulls: an empty text, or an object without any field, which validation then refuses or not.
 */
final class NullValues {
    private static final Map<Class<?>, List<Field>> FIELDS = new ConcurrentHashMap<>();

    private NullValues() {}

    /** Whether there is a null in a list, or at all in a map: else there is nothing to replace. */
    static boolean anyIn(@Nullable Object tree) {
        if (tree instanceof Map<?, ?> map) {
            return anyAmong(map.values());
        }
        return tree instanceof Collection<?> items ? anyAmong(items) : tree == null;
    }

    private static boolean anyAmong(Collection<?> items) {
        for (Object item : items) {
            if (anyIn(item)) {
                return true;
            }
        }
        return false;
    }

    /** Replaces them in a model and all that it holds. */
    static void replaceIn(Object model) {
        for (Field field : FIELDS.computeIfAbsent(model.getClass(), NullValues::fieldsOf)) {
            try {
                replaceIn(field.get(model), field.getGenericType());
            } catch (IllegalAccessException impossible) {
                throw new IllegalStateException("cannot read " + field, impossible);
            }
        }
    }

    private static List<Field> fieldsOf(Class<?> type) {
        List<Field> fields = new java.util.ArrayList<>();
        for (Class<?> at = type; at != Object.class; at = Objects.requireNonNull(at.getSuperclass())) {
            for (Field field : at.getDeclaredFields()) {
                // What is unknown has no type that could say what it means.
                if (!Modifier.isStatic(field.getModifiers()) && !field.getName().equals("additionalProperties")) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields;
    }

    @SuppressWarnings("unchecked")
    private static void replaceIn(@Nullable Object value, Type type) {
        if (value instanceof KubernetesResource model) {
            replaceIn(model);
        } else if (value instanceof List<?> list && type instanceof ParameterizedType typed) {
            Type item = typed.getActualTypeArguments()[0];
            ListIterator<@Nullable Object> items = ((List<@Nullable Object>) list).listIterator();
            while (items.hasNext()) {
                Object present = items.next();
                if (present == null) {
                    items.set(zero(item));
                } else {
                    replaceIn(present, item);
                }
            }
        } else if (value instanceof Map<?, ?> map && type instanceof ParameterizedType typed) {
            Type item = typed.getActualTypeArguments()[1];
            for (Map.Entry<?, @Nullable Object> entry : ((Map<?, @Nullable Object>) map).entrySet()) {
                Object present = entry.getValue();
                if (present == null) {
                    entry.setValue(zero(item));
                } else {
                    replaceIn(present, item);
                }
            }
        }
    }

    private static @Nullable Object zero(Type type) {
        if (type == String.class) {
            return "";
        }
        if (type == Quantity.class) {
            return new Quantity("0");
        }
        if (type == Integer.class) {
            return 0;
        }
        if (type instanceof Class<?> model && KubernetesResource.class.isAssignableFrom(model)) {
            try {
                return model.getConstructor().newInstance();
            } catch (ReflectiveOperationException noModel) {
                throw new IllegalArgumentException("null where a " + model.getSimpleName() + " is expected", noModel);
            }
        }
        return null;
    }
}
