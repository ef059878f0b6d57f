// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.tables;

import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceQuota;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A quota's columns: what is used of what is allowed. */
final class QuotaColumns {
    private QuotaColumns() {}

    static List<Column<ResourceQuota>> of(Column<ResourceQuota> name, Column<ResourceQuota> age) {
        return List.of(
                name,
                Column.text("Request", quota -> text(quota, false)),
                Column.text("Limit", quota -> text(quota, true)),
                age);
    }

    private static String text(ResourceQuota quota, boolean limits) {
        Map<String, Quantity> hard =
                quota.getStatus() == null || quota.getStatus().getHard() == null
                        ? Map.of()
                        : quota.getStatus().getHard();
        Map<String, Quantity> used =
                quota.getStatus() == null || quota.getStatus().getUsed() == null
                        ? Map.of()
                        : quota.getStatus().getUsed();
        return new TreeMap<>(hard)
                .entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith("limits.") == limits)
                        .map(entry -> entry.getKey() + ": "
                                + Objects.requireNonNullElseGet(used.get(entry.getKey()), () -> new Quantity("0")) + "/"
                                + entry.getValue())
                        .collect(Collectors.joining(", "));
    }
}
