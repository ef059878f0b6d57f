// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.MicroTime;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.annotation.Annotation;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A value in what a client sent that is of another type than its field: a number for a text, such as a port in an environment variable that
 * lost its quotes. fabric8's models would take many of them; the API server takes none.
 *
 * @param path names of fields, keys of maps, and places in lists
 * @param owner the model that has the last of these fields
 * @param field that field; of an element or an entry, that of its list or map
 * @param isEntry whether it is the value of an entry of a map
 * @param wanted the type that the value should have
 */
record Mistyped(List<Object> path, Class<?> owner, String field, boolean isEntry, Type wanted, Object found) {
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";

    /** The types of a model's fields, under their names in JSON. */
    private static final ClassValue<Map<String, Type>> FIELDS = new ClassValue<>() {
        @Override
        protected Map<String, Type> computeValue(Class<?> type) {
            Map<String, Type> fields = new HashMap<>();
            for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
                for (Field field : at.getDeclaredFields()) {
                    JsonProperty named = field.getAnnotation(JsonProperty.class);
                    if (!Modifier.isStatic(field.getModifiers()) && named != null) {
                        fields.put(named.value().isEmpty() ? field.getName() : named.value(), field.getGenericType());
                    }
                }
            }
            return fields;
        }
    };

    /** Whether it is a model that reads its fields one by one. Jackson's package differs between fabric8 7 and 8. */
    private static final ClassValue<Boolean> IS_MODEL = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            if (!type.getName().startsWith(MODELS)
                    || type.isInterface()
                    || FIELDS.get(type).isEmpty()) {
                return false;
            }
            for (Annotation annotation : type.getAnnotations()) {
                if (annotation.annotationType().getSimpleName().equals("JsonDeserialize")
                        && !annotation.toString().contains("None")) {
                    return false;
                }
            }
            return true;
        }
    };

    /** The first in the order of the tree, in which parts may be models. */
    static Optional<Mistyped> in(Map<?, ?> tree, Class<?> model) {
        Search search = new Search();
        search.object(tree, model);
        return Optional.ofNullable(search.found);
    }

    /** What is wrong with a text that should be a time; null where something else is. */
    @Nullable
    String notATime() {
        if (!(found instanceof String text)) {
            return null;
        }
        return wanted == MicroTime.class
                ? GoTime.refusedInMicroseconds(text)
                : wanted == String.class ? GoTime.refused(text) : null;
    }

    /** The type of a model's field; {@code Object} for one that it has not. */
    static Type typeOf(Class<?> model, String field) {
        return FIELDS.get(model).getOrDefault(field, Object.class);
    }

    private static final class Search {
        private final List<Object> path = new ArrayList<>();
        private String field = "";
        /** How long the path is to the field itself. */
        private int depth;

        private @Nullable Mistyped found;

        private void object(Map<?, ?> tree, Class<?> model) {
            Map<String, Type> fields = FIELDS.get(model);
            for (Map.Entry<?, ?> entry : tree.entrySet()) {
                Type wanted = fields.get(String.valueOf(entry.getKey()));
                if (wanted != null) {
                    field = String.valueOf(entry.getKey());
                    depth = path.size() + 1;
                    below(field, entry.getValue(), wanted, model);
                }
                if (found != null) {
                    return;
                }
            }
        }

        private void below(Object step, @Nullable Object value, Type wanted, Class<?> owner) {
            if (value == null) {
                return;
            }
            path.add(step);
            value(value, wanted, owner);
            path.remove(path.size() - 1);
        }

        private void value(Object value, Type wanted, Class<?> owner) {
            if (wanted instanceof ParameterizedType generic) {
                Type[] arguments = generic.getActualTypeArguments();
                Type element = arguments[arguments.length - 1];
                if (generic.getRawType() == List.class && value instanceof List<?> list) {
                    for (int i = 0; i < list.size() && found == null; i++) {
                        below(i, list.get(i), element, owner);
                    }
                } else if (generic.getRawType() == Map.class && value instanceof Map<?, ?> map) {
                    for (Map.Entry<?, ?> entry : map.entrySet()) {
                        if (found == null) {
                            below(String.valueOf(entry.getKey()), entry.getValue(), element, owner);
                        }
                    }
                } else if (generic.getRawType() == List.class || generic.getRawType() == Map.class) {
                    refuse(value, wanted, owner);
                }
            } else if (wanted instanceof Class<?> type) {
                plain(value, type, owner);
            }
        }

        private void plain(Object value, Class<?> wanted, Class<?> owner) {
            boolean fits = true;
            if (wanted == String.class) {
                boolean isTime = path.size() == depth && GoTime.isTime(field);
                fits = value instanceof String text && (!isTime || GoTime.refused(text) == null);
            } else if (wanted == Integer.class) {
                fits = isWhole(value, Integer.SIZE);
            } else if (wanted == Long.class) {
                fits = isWhole(value, Long.SIZE);
            } else if (wanted == Boolean.class) {
                fits = value instanceof Boolean;
            } else if (wanted == IntOrString.class) {
                fits = value instanceof IntOrString || value instanceof String || isWhole(value, Integer.SIZE);
            } else if (wanted == Quantity.class) {
                fits = value instanceof Quantity
                        || value instanceof Number
                        || value instanceof String text && !text.isEmpty();
            } else if (wanted == MicroTime.class) {
                fits = value instanceof MicroTime
                        || value instanceof String text && GoTime.refusedInMicroseconds(text) == null;
            } else if (IS_MODEL.get(wanted) && !wanted.isInstance(value)) {
                fits = value instanceof Map;
            }
            if (!fits) {
                refuse(value, wanted, owner);
            } else if (value instanceof Map<?, ?> map && IS_MODEL.get(wanted)) {
                object(map, wanted);
            }
        }

        private void refuse(Object value, Type wanted, Class<?> owner) {
            boolean isEntry = path.size() > depth && path.get(path.size() - 1) instanceof String;
            found = new Mistyped(List.copyOf(path), owner, field, isEntry, wanted, value);
        }

        private static boolean isWhole(Object value, int bits) {
            return (value instanceof Integer || value instanceof Long || value instanceof BigInteger)
                    && new BigInteger(value.toString()).bitLength() < bits;
        }
    }
}
