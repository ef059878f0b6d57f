// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.fabric8.Models;
import dev.rollproof.sim.api.patch.FieldSet;
import dev.rollproof.sim.api.patch.Ownership;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.function.Supplier;

/**
 * Who owns which field of which object. It is worked out only when server-side apply or a client asks, from the versions that
 * were written since: most objects are never asked about. Not thread-safe: under the simulation's lock.
 */
final class ManagedFields {
    /** Versions are kept until then; more would hold on to too many. */
    private static final int MOST_PENDING = 32;

    private final Map<String, Book> books = new HashMap<>();

    private record Write(HasMetadata before, HasMetadata after, String manager) {
        Ownership enteredInto(Ownership known) {
            return known.update(Models.toTree(before), Models.toTree(after), manager);
        }
    }

    /** What is known of one object, and what is still to be entered. */
    private static final class Book {
        private Ownership known = Ownership.nobody();
        private final Queue<Write> pending = new ArrayDeque<>();

        void enter() {
            known = pending.remove().enteredInto(known);
        }
    }

    private Book book(HasMetadata object) {
        return books.computeIfAbsent(object.getMetadata().getUid(), uid -> new Book());
    }

    Ownership of(HasMetadata object) {
        Book book = books.get(object.getMetadata().getUid());
        if (book == null) {
            return Ownership.nobody();
        }
        while (!book.pending.isEmpty()) {
            book.enter();
        }
        return book.known;
    }

    /** Who owns it now, whenever that is asked, by whoever. */
    Supplier<Ownership> asOfNow(HasMetadata object) {
        Book book = books.get(object.getMetadata().getUid());
        if (book == null) {
            return Ownership::nobody;
        }
        Ownership known = book.known;
        List<Write> pending = List.copyOf(book.pending);
        return () -> {
            Ownership entered = known;
            for (Write write : pending) {
                entered = write.enteredInto(entered);
            }
            return entered;
        };
    }

    /** Who would own it after a write that is only tried. */
    Supplier<Ownership> asIf(HasMetadata before, HasMetadata after, String manager) {
        Supplier<Ownership> now = asOfNow(before);
        return () -> new Write(before, after, manager).enteredInto(now.get());
    }

    void created(HasMetadata object, FieldSet said, String manager, boolean applied) {
        Map<String, FieldSet> mine = Map.of(manager, said);
        set(object, applied ? new Ownership(mine, Map.of()) : new Ownership(Map.of(), mine));
    }

    void changed(HasMetadata before, HasMetadata after, String manager) {
        Book book = book(after);
        book.pending.add(new Write(before, after, manager));
        if (book.pending.size() > MOST_PENDING) {
            book.enter();
        }
    }

    void set(HasMetadata object, Ownership ownership) {
        Book book = book(object);
        book.pending.clear();
        book.known = ownership;
    }

    void forget(HasMetadata object) {
        books.remove(object.getMetadata().getUid());
    }
}
