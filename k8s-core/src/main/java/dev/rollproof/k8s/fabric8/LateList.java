// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import java.io.Serial;
import java.io.Serializable;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A part of a model that is worked out only if somebody looks at it, such as who owns an object's fields: few look, and it takes as long
 * as a write. {@link Models#copy} does not look. Whoever holds the list may change it. Safe to be read from several threads.
 *
 * @param <E> what it holds
 */
public final class LateList<E> extends AbstractList<E> implements RandomAccess, Serializable {
    @Serial
    private static final long serialVersionUID = 1L;

    private final transient Supplier<? extends List<? extends E>> items;
    private transient volatile @Nullable List<E> made;

    /** @param items works them out: equal ones each time, that nobody else holds, from whatever thread */
    public LateList(Supplier<? extends List<? extends E>> items) {
        this.items = items;
    }

    /** Whether nobody has looked yet. What is in it may have been changed by whoever has. */
    boolean isUnseen() {
        return made == null;
    }

    /** What this one was before anybody looked: shares nothing with it. */
    LateList<E> again() {
        return new LateList<>(items);
    }

    private List<E> made() {
        List<E> known = made;
        if (known == null) {
            // Two threads may both work it out: it is the same.
            known = new ArrayList<>(items.get());
            made = known;
        }
        return known;
    }

    @Override
    public E get(int index) {
        return made().get(index);
    }

    @Override
    public int size() {
        return made().size();
    }

    @Override
    public E set(int index, E item) {
        return made().set(index, item);
    }

    @Override
    public void add(int index, E item) {
        modCount++;
        made().add(index, item);
    }

    @Override
    public E remove(int index) {
        modCount++;
        return made().remove(index);
    }

    @Serial
    private Object writeReplace() {
        return new ArrayList<>(made());
    }
}
