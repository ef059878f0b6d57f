// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.Query;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The objects that a query's selectors select. */
public final class Selection<T extends HasMetadata> implements Predicate<T> {
    private final LabelSelectorText labels;
    private final FieldSelectorText fields;

    private Selection(LabelSelectorText labels, FieldSelectorText fields) {
        this.labels = labels;
        this.fields = fields;
    }

    /** Null where everything is selected; fails with BadRequest where a selector cannot be understood. */
    public static <T extends HasMetadata> @Nullable Selection<T> of(ResourceType<T> type, Query<T> query) {
        if (query.labelSelector().isEmpty() && query.fieldSelector().isEmpty()) {
            return null;
        }
        return new Selection<>(
                LabelSelectorText.parse(query.labelSelector()), FieldSelectorText.parse(type, query.fieldSelector()));
    }

    @Override
    public boolean test(T object) {
        Map<String, String> own = object.getMetadata().getLabels();
        return labels.matches(own == null ? Map.of() : own) && fields.matches(object);
    }
}
