// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Tables of objects, as clients ask for them with {@code as=Table}. Thread-safe. */
public final class Tables {
    /** What of an object a row holds beside its cells. */
    public enum Include {
        NONE,
        METADATA,
        OBJECT
    }

    private Tables() {}

    /**
     * A table.
     *
     * @param apiVersion the table's own, such as {@code meta.k8s.io/v1}
     * @param metadata of the list, or of the one object
     * @param now what ages are told by
     * @param minor the version of Kubernetes whose columns they are, such as 37
     * @param withColumns whether to say what the columns are: a watch says it once
     */
    public static Map<String, Object> of(
            String apiVersion,
            Class<? extends HasMetadata> model,
            Map<String, ?> metadata,
            List<? extends HasMetadata> objects,
            Instant now,
            int minor,
            Include include,
            boolean withColumns) {
        List<Column<HasMetadata>> columns = Columns.of(model, now, minor);
        Map<String, Object> table = new LinkedHashMap<>();
        table.put("kind", "Table");
        table.put("apiVersion", apiVersion);
        table.put("metadata", metadata);
        table.put(
                "columnDefinitions",
                withColumns ? columns.stream().map(Column::definition).toList() : List.of());
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (HasMetadata object : objects) {
            rows.add(row(apiVersion, columns, object, include));
        }
        table.put("rows", rows);
        return table;
    }

    private static Map<String, @Nullable Object> row(
            String apiVersion, List<Column<HasMetadata>> columns, HasMetadata object, Include include) {
        List<@Nullable Object> cells = new ArrayList<>();
        for (Column<HasMetadata> column : columns) {
            cells.add(column.cell().apply(object));
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("cells", cells);
        if (include == Include.OBJECT) {
            row.put("object", Models.toTree(object));
        } else if (include == Include.METADATA) {
            Map<String, Object> partial = new LinkedHashMap<>();
            partial.put("kind", "PartialObjectMetadata");
            partial.put("apiVersion", apiVersion);
            partial.put("metadata", Models.toTree(object.getMetadata()));
            row.put("object", partial);
        } else {
            row.put("object", null);
        }
        return row;
    }
}
