// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import dev.rollproof.sim.api.Lists;
import dev.rollproof.sim.api.Texts;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Taint;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The rules for nodes: for their taints, which people change, and for what there is room for. Source: pkg/apis/core/validation. */
final class NodeValidation {
    private static final List<String> EFFECTS = List.of("NoSchedule", "PreferNoSchedule", "NoExecute");

    private final FieldErrors errors;

    NodeValidation(FieldErrors errors) {
        this.errors = errors;
    }

    void validate(Node node) {
        taints(node);
        if (node.getStatus() != null) {
            room(node.getStatus().getCapacity(), "status.capacity");
            room(node.getStatus().getAllocatable(), "status.allocatable");
        }
    }

    /** Who made the machine is said once. */
    static void unchanged(Node now, Node before, int minor, FieldErrors errors) {
        String had =
                before.getSpec() == null ? "" : Texts.orEmpty(before.getSpec().getProviderID());
        String has = now.getSpec() == null ? "" : Texts.orEmpty(now.getSpec().getProviderID());
        if (had.isEmpty() || had.equals(has)) {
            return;
        }
        if (minor < 35) {
            errors.forbidden("spec.providerID", "node updates may not change providerID except from \"\" to valid");
        } else {
            errors.declared()
                    .invalid(
                            "spec.providerID",
                            null,
                            has.isEmpty() ? "field cannot be cleared once set" : "field cannot be modified once set");
        }
    }

    private void room(@Nullable Map<String, Quantity> room, String path) {
        if (room == null) {
            return;
        }
        room.forEach((name, amount) -> {
            BigDecimal number = amount.getNumericalAmount();
            if (number.signum() < 0) {
                errors.invalid(path + "." + name, amount.toString(), Names.NON_NEGATIVE);
            }
            boolean counts = name.equals("pods") || name.contains("/");
            if (counts && number.stripTrailingZeros().scale() > 0) {
                errors.invalid(path + "." + name, amount.toString(), "must be an integer");
            }
        });
    }

    /** As the server's own type has it. */
    private static Map<String, @Nullable Object> shown(Taint taint) {
        Map<String, @Nullable Object> shown = new LinkedHashMap<>();
        shown.put("Key", Texts.orEmpty(taint.getKey()));
        shown.put("Value", Texts.orEmpty(taint.getValue()));
        shown.put("Effect", Texts.orEmpty(taint.getEffect()));
        shown.put("TimeAdded", taint.getTimeAdded());
        return shown;
    }

    private void taints(Node node) {
        List<Taint> taints = node.getSpec() == null
                ? List.of()
                : Lists.orEmpty(node.getSpec().getTaints());
        Set<List<String>> known = new HashSet<>();
        for (int i = 0; i < taints.size(); i++) {
            Taint taint = taints.get(i);
            // Real servers name the wrong parent.
            String at = "metadata.taints[" + i + "]";
            String key = Texts.orEmpty(taint.getKey());
            Names.qualifiedName(key).forEach(wrong -> errors.invalid(at + ".key", key, wrong));
            String value = Texts.orEmpty(taint.getValue());
            List<String> wrong = Names.labelValue(value);
            if (!wrong.isEmpty()) {
                errors.invalid(at + ".value", value, String.join(";", wrong));
            }
            String effect = Texts.orEmpty(taint.getEffect());
            if (effect.isEmpty()) {
                errors.required(at + ".effect");
            } else if (!EFFECTS.contains(effect)) {
                errors.notSupported(at + ".effect", effect, EFFECTS);
            }
            if (!known.add(List.of(key, effect))) {
                errors.duplicate(at, shown(taint), "taints must be unique by key and effect pair");
            }
        }
    }
}
