// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import dev.rollproof.k8s.ClusterException;
import dev.rollproof.k8s.ClusterException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A label selector in Kubernetes' text form: {@code a=b,c==d,e!=f,g in (h,i),j notin (k),l,!m}. */
final class LabelSelectorText {
    private static final Pattern REQUIREMENT = Pattern.compile(
            "\\s*(?:(?<absent>!)\\s*)?(?<key>[^\\s=!,()<>]+)\\s*"
                    + "(?:(?<op>==|=|!=)\\s*(?<value>[^\\s=!,()<>]*)|(?<set>in|notin)\\s*\\((?<values>[^()]*)\\))?\\s*(?<end>,|$)");

    private record Requirement(String key, boolean negated, Set<String> values) {
        boolean matches(Map<String, String> labels) {
            String value = labels.get(key);
            boolean selected = values.isEmpty() ? value != null : value != null && values.contains(value);
            return selected != negated;
        }
    }

    private final List<Requirement> requirements;

    private LabelSelectorText(List<Requirement> requirements) {
        this.requirements = requirements;
    }

    static LabelSelectorText parse(String text) {
        List<Requirement> requirements = new ArrayList<>();
        Matcher matcher = REQUIREMENT.matcher(text);
        int at = 0;
        while (at < text.length()) {
            if (!matcher.find(at) || matcher.start() != at || matcher.end() == at) {
                throw new ClusterException(
                        Reason.BAD_REQUEST,
                        "unable to parse requirement: found '"
                                + text.substring(at).trim() + "'");
            }
            boolean negated = matcher.group("absent") != null
                    || "!=".equals(matcher.group("op"))
                    || "notin".equals(matcher.group("set"));
            Set<String> values = new LinkedHashSet<>();
            if (matcher.group("op") != null) {
                values.add(matcher.group("value"));
            }
            if (matcher.group("set") != null) {
                for (String value : matcher.group("values").split(",", -1)) {
                    values.add(value.trim());
                }
            }
            requirements.add(new Requirement(matcher.group("key"), negated, values));
            at = matcher.end();
        }
        return new LabelSelectorText(requirements);
    }

    boolean matches(Map<String, String> labels) {
        for (Requirement requirement : requirements) {
            if (!requirement.matches(labels)) {
                return false;
            }
        }
        return true;
    }
}
