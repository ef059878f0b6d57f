// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import java.lang.annotation.Annotation;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How one of fabric8's model classes is made: which fields it has, and under which names these are in JSON. Nearly all are made
 * alike; a class with a JSON form of its own is told apart, and other classes have none of this. Thread-safe.
 */
final class ModelClass {
    private static final String MODELS = "io.fabric8.kubernetes.api.model.";
    private static final Set<String> KNOWN_ON_FIELDS = Set.of("JsonProperty", "JsonInclude");
    private static final Set<String> OWN_FORM = Set.of("JsonSerialize", "JsonIgnoreProperties", "JsonTypeInfo");

    private static final ClassValue<Optional<ModelClass>> KNOWN = new ClassValue<>() {
        @Override
        protected Optional<ModelClass> computeValue(Class<?> type) {
            return type.getName().startsWith(MODELS) ? read(type) : Optional.empty();
        }
    };

    private final Constructor<?> constructor;
    private final Field[] fields;
    private final boolean ownForm;
    private final Property[] properties;
    private final Map<String, Property> byName = new HashMap<>();
    private final @Nullable Field additional;

    /**
     * A field that JSON has.
     *
     * @param nonEmpty whether it is left out where it is empty, and not only where it is null
     */
    record Property(String name, Field field, Type type, boolean nonEmpty) {}

    private ModelClass(
            Constructor<?> constructor,
            Field[] fields,
            boolean ownForm,
            Property[] properties,
            @Nullable Field additional) {
        this.constructor = constructor;
        this.fields = fields;
        this.ownForm = ownForm;
        this.properties = properties;
        this.additional = additional;
        for (Property property : properties) {
            byName.put(property.name(), property);
        }
    }

    /** Empty for what is no model, or is made otherwise than models are. */
    static Optional<ModelClass> of(Class<?> type) {
        return KNOWN.get(type);
    }

    private static Optional<ModelClass> read(Class<?> type) {
        try {
            Constructor<?> constructor = type.getDeclaredConstructor();
            constructor.setAccessible(true);
            List<Field> fields = new ArrayList<>();
            for (Class<?> at = type; at != null && at != Object.class; at = at.getSuperclass()) {
                for (Field field : at.getDeclaredFields()) {
                    if (!Modifier.isStatic(field.getModifiers())) {
                        field.setAccessible(true);
                        fields.add(field);
                    }
                }
            }
            boolean ownForm = hasOwnForm(type);
            List<Property> properties = new ArrayList<>();
            Field additional = null;
            for (Field field : fields) {
                JsonProperty named = field.getAnnotation(JsonProperty.class);
                if (field.getName().equals("additionalProperties")) {
                    additional = field;
                } else if (named != null && !named.value().isEmpty() && hasKnownAnnotations(field)) {
                    JsonInclude included = field.getAnnotation(JsonInclude.class);
                    boolean nonEmpty = included != null && included.value() == JsonInclude.Include.NON_EMPTY;
                    properties.add(new Property(named.value(), field, field.getGenericType(), nonEmpty));
                } else {
                    ownForm = true;
                }
            }
            return Optional.of(new ModelClass(
                    constructor, fields.toArray(new Field[0]), ownForm, inOrder(type, properties), additional));
        } catch (NoSuchMethodException | InaccessibleObjectException different) {
            return Optional.empty();
        }
    }

    /** In the order that the class asks for, so that texts come out the same. */
    private static Property[] inOrder(Class<?> type, List<Property> properties) {
        JsonPropertyOrder order = type.getAnnotation(JsonPropertyOrder.class);
        List<String> names = order == null ? List.of() : List.of(order.value());
        properties.sort(Comparator.comparingInt(
                property -> names.contains(property.name()) ? names.indexOf(property.name()) : names.size()));
        return properties.toArray(new Property[0]);
    }

    private static boolean hasKnownAnnotations(Field field) {
        for (Annotation annotation : field.getAnnotations()) {
            if (!KNOWN_ON_FIELDS.contains(annotation.annotationType().getSimpleName())) {
                return false;
            }
        }
        return true;
    }

    /** Jackson's own annotations are read by their names: which Jackson it is differs between fabric8 7 and 8. */
    private static boolean hasOwnForm(Class<?> type) {
        for (Annotation annotation : type.getAnnotations()) {
            String name = annotation.annotationType().getSimpleName();
            if (OWN_FORM.contains(name) || (name.equals("JsonDeserialize") && !usesNone(annotation))) {
                return true;
            }
        }
        JsonInclude included = type.getAnnotation(JsonInclude.class);
        return included == null || included.value() != JsonInclude.Include.NON_NULL;
    }

    private static boolean usesNone(Annotation deserialize) {
        try {
            return deserialize.annotationType().getMethod("using").invoke(deserialize) instanceof Class<?> using
                    && using.getSimpleName().equals("None");
        } catch (NoSuchMethodException | IllegalAccessException | InvocationTargetException unreadable) {
            return false;
        }
    }

    Object create() throws ReflectiveOperationException {
        return constructor.newInstance();
    }

    /** All fields that are not static. */
    Field[] fields() {
        return fields;
    }

    /** Whether its JSON is not that of its fields. */
    boolean hasOwnForm() {
        return ownForm;
    }

    /** Whether it has no fields of its own, and keeps whatever it is given. */
    boolean isOpen() {
        return properties.length == 0 && !ownForm;
    }

    /** In the order in which they are in JSON. */
    Property[] properties() {
        return properties;
    }

    @Nullable
    Property property(String name) {
        return byName.get(name);
    }

    /** Where fields are kept that the class does not have; null where it keeps none. */
    @Nullable
    Field additional() {
        return additional;
    }
}
