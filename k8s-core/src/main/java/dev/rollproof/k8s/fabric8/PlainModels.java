// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import io.fabric8.kubernetes.api.model.IntOrString;
import java.lang.reflect.Field;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Does for plain models what Jackson does for all, many times as fast: simulated clusters copy and convert models all the time.
 * The results are the same; what it does not know exactly it leaves to Jackson. Thread-safe.
 */
final class PlainModels {
    private PlainModels() {}

    /** This is not one of the plain cases. */
    private static final class NotPlain extends Exception {
        private static final long serialVersionUID = 1L;

        NotPlain() {
            super(null, null, false, false);
        }
    }

    private interface Conversion<T> {
        T make() throws NotPlain, ReflectiveOperationException;
    }

    private static <T> Optional<T> attempt(Conversion<T> conversion) {
        try {
            return Optional.of(conversion.make());
        } catch (NotPlain other) {
            return Optional.empty();
        } catch (ReflectiveOperationException failed) {
            throw new IllegalStateException("cannot make a model", failed);
        }
    }

    /** A copy that shares nothing with the original. A field without a value is left as the model's constructor makes it. */
    @SuppressWarnings("unchecked")
    static <T> Optional<T> copy(T model) {
        return attempt(() -> (T) copied(model));
    }

    private static Object copied(Object value) throws NotPlain, ReflectiveOperationException {
        if (isScalar(value)) {
            return value;
        }
        if (value instanceof LateList<?> late && late.isUnseen()) {
            return late.again();
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            for (Object item : list) {
                copy.add(item == null ? null : copied(item));
            }
            return copy;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = newMap(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Object item = entry.getValue();
                copy.put(key(entry.getKey()), item == null ? null : copied(item));
            }
            return copy;
        }
        ModelClass model = ModelClass.of(value.getClass()).orElseThrow(NotPlain::new);
        Object copy = model.create();
        for (Field field : model.fields()) {
            Object item = field.get(value);
            if (item != null && (isUnseen(item) || !(isEmpty(item) && hasEmpty(field, copy)))) {
                field.set(copy, copied(item));
            }
        }
        return copy;
    }

    /** To ask how long such a list is would be to look at it. */
    private static boolean isUnseen(Object value) {
        return value instanceof LateList<?> late && late.isUnseen();
    }

    private static boolean hasEmpty(Field field, Object model) throws IllegalAccessException {
        Object item = field.get(model);
        return item != null && isEmpty(item);
    }

    private static boolean isScalar(Object value) {
        return value instanceof String || value instanceof Number || value instanceof Boolean;
    }

    private static String key(Object key) throws NotPlain {
        if (key instanceof String text) {
            return text;
        }
        throw new NotPlain();
    }

    private static Map<String, @Nullable Object> newMap(int size) {
        return new LinkedHashMap<>(size * 4 / 3 + 1);
    }

    /**
     * The tree of a model.
     *
     * @param otherForms makes the tree of a part that has a JSON form of its own
     */
    @SuppressWarnings("unchecked")
    static Optional<Map<String, Object>> toTree(Object model, UnaryOperator<Object> otherForms) {
        return attempt(() -> {
            if (tree(model, otherForms) instanceof Map<?, ?> map) {
                return (Map<String, Object>) map;
            }
            throw new NotPlain();
        });
    }

    private static Object tree(Object value, UnaryOperator<Object> otherForms)
            throws NotPlain, ReflectiveOperationException {
        if (isScalar(value)) {
            return value;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> tree = new ArrayList<>(list.size());
            for (Object item : list) {
                tree.add(item == null ? null : tree(item, otherForms));
            }
            return tree;
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> tree = newMap(map.size());
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                Object item = entry.getValue();
                tree.put(key(entry.getKey()), item == null ? null : tree(item, otherForms));
            }
            return tree;
        }
        ModelClass model = ModelClass.of(value.getClass()).orElseThrow(NotPlain::new);
        return model.hasOwnForm() ? ownForm(value, otherForms) : fieldsOf(value, model, otherForms);
    }

    /** Numbers or percentages are the most frequent. */
    private static Object ownForm(Object value, UnaryOperator<Object> otherForms) {
        if (value instanceof IntOrString either) {
            Object one = either.getStrVal() != null ? either.getStrVal() : either.getIntVal();
            if (one != null) {
                return one;
            }
        }
        return otherForms.apply(value);
    }

    private static Map<String, @Nullable Object> fieldsOf(
            Object value, ModelClass model, UnaryOperator<Object> otherForms)
            throws NotPlain, ReflectiveOperationException {
        Map<String, @Nullable Object> tree = new LinkedHashMap<>();
        Map<?, ?> additional = additionalOf(value, model);
        for (Map.Entry<?, ?> entry : additional.entrySet()) {
            Object item = entry.getValue();
            tree.put(key(entry.getKey()), item == null ? null : tree(item, otherForms));
        }
        for (ModelClass.Property property : model.properties()) {
            Object item = property.field().get(value);
            if (item != null && !(property.nonEmpty() && isEmpty(item))) {
                tree.put(property.name(), tree(item, otherForms));
            }
        }
        return tree;
    }

    /**
     * The fields of a model under their names in JSON, each with the very part that the model holds. What is no model is itself.
     *
     * @param otherForms makes the tree of a part that has a JSON form of its own
     */
    static Optional<Object> opened(Object value, UnaryOperator<Object> otherForms) {
        if (isScalar(value) || value instanceof List<?> || value instanceof Map<?, ?>) {
            return Optional.of(value);
        }
        return attempt(() -> {
            ModelClass model = ModelClass.of(value.getClass()).orElseThrow(NotPlain::new);
            return model.hasOwnForm() ? ownForm(value, otherForms) : partsOf(value, model);
        });
    }

    private static Map<String, @Nullable Object> partsOf(Object value, ModelClass model)
            throws NotPlain, ReflectiveOperationException {
        Map<String, @Nullable Object> parts = new LinkedHashMap<>();
        for (Map.Entry<?, ?> entry : additionalOf(value, model).entrySet()) {
            parts.put(key(entry.getKey()), entry.getValue());
        }
        for (ModelClass.Property property : model.properties()) {
            Object item = shown(property.field().get(value), property);
            if (item != null) {
                parts.put(property.name(), item);
            }
        }
        return parts;
    }

    /** What a model that is nothing else holds; models that have fields of their own as well are not plain with more of them. */
    private static Map<?, ?> additionalOf(Object value, ModelClass model)
            throws NotPlain, ReflectiveOperationException {
        Field additional = model.additional();
        if (additional == null || !(additional.get(value) instanceof Map<?, ?> more) || more.isEmpty()) {
            return Map.of();
        }
        if (!model.isOpen()) {
            throw new NotPlain();
        }
        return more;
    }

    private static boolean isEmpty(Object value) {
        return value instanceof List<?> list
                ? list.isEmpty()
                : value instanceof Map<?, ?> map ? map.isEmpty() : value instanceof String text && text.isEmpty();
    }

    /**
     * Whether two models have the same tree.
     *
     * @param otherForms makes the tree of a part that has a JSON form of its own
     */
    static Optional<Boolean> sameTree(Object one, Object other, UnaryOperator<Object> otherForms) {
        return attempt(() -> same(one, other, otherForms));
    }

    private static boolean same(@Nullable Object one, @Nullable Object other, UnaryOperator<Object> otherForms)
            throws NotPlain, ReflectiveOperationException {
        if (one == other) {
            return true;
        }
        if (one == null || other == null) {
            return false;
        }
        if (isScalar(one)) {
            return one.equals(other);
        }
        if (one instanceof List<?> list) {
            return other instanceof List<?> items && sameItems(list, items, otherForms);
        }
        if (one instanceof Map<?, ?> map) {
            return other instanceof Map<?, ?> entries && sameEntries(map, entries, otherForms);
        }
        if (one.getClass() != other.getClass()) {
            throw new NotPlain();
        }
        ModelClass model = ModelClass.of(one.getClass()).orElseThrow(NotPlain::new);
        return model.hasOwnForm()
                ? ownForm(one, otherForms).equals(ownForm(other, otherForms))
                : sameFields(one, other, model, otherForms);
    }

    private static boolean sameItems(List<?> one, List<?> other, UnaryOperator<Object> otherForms)
            throws NotPlain, ReflectiveOperationException {
        if (one.size() != other.size()) {
            return false;
        }
        for (int i = 0; i < one.size(); i++) {
            if (!same(one.get(i), other.get(i), otherForms)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameEntries(Map<?, ?> one, Map<?, ?> other, UnaryOperator<Object> otherForms)
            throws NotPlain, ReflectiveOperationException {
        if (one.size() != other.size()) {
            return false;
        }
        for (Map.Entry<?, ?> entry : one.entrySet()) {
            String key = key(entry.getKey());
            if (!other.containsKey(key) || !same(entry.getValue(), other.get(key), otherForms)) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameFields(Object one, Object other, ModelClass model, UnaryOperator<Object> otherForms)
            throws NotPlain, ReflectiveOperationException {
        for (ModelClass.Property property : model.properties()) {
            Object item = property.field().get(one);
            Object otherItem = property.field().get(other);
            if (item != otherItem && !same(shown(item, property), shown(otherItem, property), otherForms)) {
                return false;
            }
        }
        return sameEntries(additionalOf(one, model), additionalOf(other, model), otherForms);
    }

    /** Null where JSON leaves it out. */
    private static @Nullable Object shown(@Nullable Object item, ModelClass.Property property) {
        return item != null && property.nonEmpty() && isEmpty(item) ? null : item;
    }

    /** Makes a part of a model that has a JSON form of its own. */
    interface OtherForms {
        /** Any exception means that it cannot be made. */
        Object make(Object tree, Class<?> type);
    }

    /** The model of a tree, in which parts may be models already: these it shares. */
    static <T> Optional<T> fromTree(Map<String, ?> tree, Class<T> type, OtherForms otherForms) {
        ModelClass model = ModelClass.of(type).orElse(null);
        return model == null || model.hasOwnForm()
                ? Optional.empty()
                : attempt(() -> type.cast(model(tree, model, otherForms)));
    }

    private static Object model(Map<?, ?> tree, ModelClass known, OtherForms otherForms)
            throws NotPlain, ReflectiveOperationException {
        Object model = known.create();
        Field additional = known.additional();
        if (additional != null && known.isOpen()) {
            additional.set(model, copied(tree));
            return model;
        }
        for (Map.Entry<?, ?> entry : tree.entrySet()) {
            ModelClass.Property property = known.property(key(entry.getKey()));
            if (property == null) {
                throw new NotPlain();
            }
            property.field().set(model, value(present(entry.getValue()), property.type(), otherForms));
        }
        return model;
    }

    private static Object value(Object value, Type type, OtherForms otherForms)
            throws NotPlain, ReflectiveOperationException {
        if (type instanceof ParameterizedType generic) {
            return generic(value, generic, otherForms);
        }
        if (!(type instanceof Class<?> wanted)) {
            throw new NotPlain();
        }
        if (value.getClass() == wanted && isScalar(value)) {
            return value;
        }
        if (value instanceof Integer number && wanted == Long.class) {
            return number.longValue();
        }
        if (value instanceof Long number && wanted == Integer.class && number == number.intValue()) {
            return number.intValue();
        }
        ModelClass model = ModelClass.of(wanted).orElseThrow(NotPlain::new);
        if (value.getClass() == wanted) {
            return value;
        }
        if (model.hasOwnForm()) {
            return other(value, wanted, otherForms);
        }
        if (value instanceof Map<?, ?> map) {
            return model(map, model, otherForms);
        }
        throw new NotPlain();
    }

    private static Object other(Object value, Class<?> wanted, OtherForms otherForms) throws NotPlain {
        if (wanted == IntOrString.class && (value instanceof Integer || value instanceof String)) {
            return new IntOrString(value);
        }
        try {
            return otherForms.make(value, wanted);
        } catch (RuntimeException misshapen) {
            // Jackson says it once more, with the path to it.
            throw new NotPlain();
        }
    }

    private static Object generic(Object value, ParameterizedType type, OtherForms otherForms)
            throws NotPlain, ReflectiveOperationException {
        Type[] arguments = type.getActualTypeArguments();
        if (type.getRawType() == List.class && value instanceof List<?> list) {
            List<Object> model = new ArrayList<>(list.size());
            for (Object item : list) {
                model.add(value(present(item), arguments[0], otherForms));
            }
            return model;
        }
        if (type.getRawType() == Map.class && arguments[0] == String.class && value instanceof Map<?, ?> map) {
            Map<String, Object> model = new LinkedHashMap<>();
            for (Map.Entry<?, ?> entry : map.entrySet()) {
                model.put(key(entry.getKey()), value(present(entry.getValue()), arguments[1], otherForms));
            }
            return model;
        }
        throw new NotPlain();
    }

    private static Object present(@Nullable Object value) throws NotPlain {
        if (value == null) {
            throw new NotPlain();
        }
        return value;
    }
}
