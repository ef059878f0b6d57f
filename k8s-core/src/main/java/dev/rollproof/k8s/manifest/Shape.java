// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a kind, read from its model: which fields there are, and what they hold. An object has fields. Thread-safe.
 *
 * @param model the class of an object, of a whole number, or of what is a number or a text; null for all else
 * @param element what a list or map holds; null for all else
 */
public record Shape(
        Kind kind, @Nullable Class<?> model, @Nullable Type element) {
    public enum Kind {
        OBJECT,
        LIST,
        /** From names to values, such as labels. */
        MAP,
        TEXT,
        WHOLE_NUMBER,
        NUMBER,
        TRUTH,
        /** An amount of a resource, a number or a text such as {@code 500m}. */
        QUANTITY,
        /** A type with a format of its own, such as a time; its text is the server's to judge. */
        ANYTHING
    }

    private static final Map<Class<?>, Map<String, Shape>> FIELDS = new ConcurrentHashMap<>();

    /** The shape of a model class, or of what a field holds. */
    public static Shape of(Type type) {
        if (type instanceof ParameterizedType generic) {
            Class<?> raw = (Class<?>) generic.getRawType();
            Type last = generic.getActualTypeArguments()[generic.getActualTypeArguments().length - 1];
            if (List.class.isAssignableFrom(raw)) {
                return new Shape(Kind.LIST, null, last);
            }
            if (Map.class.isAssignableFrom(raw)) {
                return new Shape(Kind.MAP, null, last);
            }
            return new Shape(Kind.ANYTHING, null, null);
        }
        if (!(type instanceof Class<?> model)) {
            return new Shape(Kind.ANYTHING, null, null);
        }
        if (model == String.class) {
            return new Shape(Kind.TEXT, null, null);
        }
        if (model == Integer.class || model == Long.class || model == int.class || model == long.class) {
            return new Shape(Kind.WHOLE_NUMBER, model, null);
        }
        if (model == IntOrString.class) {
            return new Shape(Kind.ANYTHING, model, null);
        }
        if (model == Double.class || model == Float.class || model == Number.class) {
            return new Shape(Kind.NUMBER, null, null);
        }
        if (model == Boolean.class || model == boolean.class) {
            return new Shape(Kind.TRUTH, null, null);
        }
        if (model == Quantity.class) {
            return new Shape(Kind.QUANTITY, null, null);
        }
        boolean ownFormat = List.of("MicroTime", "RawExtension").contains(model.getSimpleName());
        return ownFormat || !model.getName().startsWith("io.fabric8.") || model.isInterface() || model.isEnum()
                ? new Shape(Kind.ANYTHING, null, null)
                : new Shape(Kind.OBJECT, model, null);
    }

    /** The fields of an object by their names in JSON; empty for everything else. */
    public Map<String, Shape> fields() {
        return model == null || kind != Kind.OBJECT ? Map.of() : FIELDS.computeIfAbsent(model, Shape::read);
    }

    private static Map<String, Shape> read(Class<?> model) {
        Map<String, Shape> fields = new LinkedHashMap<>();
        for (Class<?> at = model; at != null && at != Object.class; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                if (Modifier.isStatic(field.getModifiers()) || field.getName().equals("additionalProperties")) {
                    continue;
                }
                JsonProperty named = field.getAnnotation(JsonProperty.class);
                String name = named == null || named.value().isEmpty() ? field.getName() : named.value();
                fields.put(name, of(field.getGenericType()));
            }
        }
        return fields;
    }

    /** The shape of what a list or map holds. */
    public Shape ofElement() {
        return element == null ? new Shape(Kind.ANYTHING, null, null) : of(element);
    }

    /** Whether a whole number or a text stands there, such as maxSurge or a targetPort. */
    boolean isNumberOrText() {
        return model == IntOrString.class;
    }

    /** Whether a whole number that stands there may be this one. */
    boolean holds(long number) {
        return number == (int) number || !isNumberOrText() && model != Integer.class && model != int.class;
    }

    /** What should stand there, for people. */
    public String describe() {
        return switch (kind) {
            case OBJECT, MAP -> "an object";
            case LIST -> "a list";
            case TEXT -> "a text";
            case WHOLE_NUMBER -> "a whole number";
            case NUMBER -> "a number";
            case TRUTH -> "true or false";
            case QUANTITY -> "a quantity, such as 2, 500m or 64Mi";
            case ANYTHING -> isNumberOrText() ? "a whole number or a text" : "anything";
        };
    }
}
