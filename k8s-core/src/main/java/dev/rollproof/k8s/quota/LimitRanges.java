// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import dev.rollproof.k8s.fabric8.Models;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.LimitRange;
import io.fabric8.kubernetes.api.model.LimitRangeItem;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What the LimitRanges of a namespace make of a pod that is created there. Source: plugin/pkg/admission/limitranger.
 *
 * @param ranges as they are stored: with the defaults that a server adds to them, such as a default limit where there is a maximum.
 *     Where two of them say another default, it is open which one a server takes; here it is the first
 */
public record LimitRanges(List<LimitRange> ranges) {
    /** There are none. */
    public static final LimitRanges NONE = new LimitRanges(List.of());

    private static final String CONTAINER = "Container";
    private static final int MILLI = 3;

    /**
     * A LimitRange that lets no such pod in.
     *
     * @param limitRange its name
     * @param reason in the words of the API server. Where a pod breaks several of its rules, a server tells them in any order
     */
    public record Refusal(String limitRange, String reason) {}

    public LimitRanges {
        ranges = List.copyOf(ranges);
    }

    /**
     * The pod as it is stored: a container that says no request or limit gets the default; before, what it limits and does not request
     * is requested. Last comes what is requested for the {@linkplain WholePod pod as a whole}.
     *
     * @param template is not changed
     */
    public PodSpec admitted(PodSpec template) {
        PodSpec pod = Models.copy(template);
        for (Container container : containers(pod)) {
            ResourceRequirements resources =
                    Objects.requireNonNullElseGet(container.getResources(), ResourceRequirements::new);
            Map<String, Quantity> limits = new HashMap<>(PodTotals.limits(resources));
            Map<String, Quantity> requests = new HashMap<>(PodTotals.requests(resources));
            limits.forEach(requests::putIfAbsent);
            for (LimitRange range : ranges) {
                Map<String, Quantity> defaults = new HashMap<>();
                Map<String, Quantity> requested = new HashMap<>();
                for (LimitRangeItem item : items(range)) {
                    if (CONTAINER.equals(item.getType())) {
                        defaults.putAll(orNone(item.getDefault()));
                        requested.putAll(orNone(item.getDefaultRequest()));
                    }
                }
                defaults.forEach(limits::putIfAbsent);
                requested.forEach(requests::putIfAbsent);
            }
            resources.setLimits(limits);
            resources.setRequests(requests);
            container.setResources(resources);
        }
        if (pod.getResources() != null) {
            pod.getResources().setRequests(WholePod.requests(pod));
        }
        return pod;
    }

    /** Who refuses the pod; a server tells the first only. */
    public List<Refusal> refusals(PodSpec admitted) {
        List<Refusal> refusals = new ArrayList<>();
        for (LimitRange range : ranges) {
            List<String> reasons = new ArrayList<>();
            for (LimitRangeItem item : items(range)) {
                if ("Pod".equals(item.getType())) {
                    check(item, PodTotals.requests(admitted), PodTotals.limits(admitted), reasons);
                } else if (CONTAINER.equals(item.getType())) {
                    for (Container container : containers(admitted)) {
                        ResourceRequirements said = container.getResources();
                        check(item, PodTotals.requests(said), PodTotals.limits(said), reasons);
                    }
                }
            }
            List<String> different = reasons.stream().distinct().toList();
            if (!different.isEmpty()) {
                refusals.add(new Refusal(
                        range.getMetadata().getName(),
                        different.size() == 1 ? different.get(0) : "[" + String.join(", ", different) + "]"));
            }
        }
        return refusals;
    }

    private static void check(
            LimitRangeItem item, Map<String, Quantity> requests, Map<String, Quantity> limits, List<String> reasons) {
        new TreeMap<>(orNone(item.getMin()))
                .forEach((name, least) -> tooLittle(least, requests.get(name), limits.get(name))
                        .ifPresent(why -> reasons.add("minimum " + name + " usage per " + item.getType() + " is "
                                + CanonicalQuantity.of(least) + why)));
        new TreeMap<>(orNone(item.getMax()))
                .forEach((name, most) -> tooMuch(most, requests.get(name), limits.get(name))
                        .ifPresent(why -> reasons.add("maximum " + name + " usage per " + item.getType() + " is "
                                + CanonicalQuantity.of(most) + why)));
        new TreeMap<>(orNone(item.getMaxLimitRequestRatio()))
                .forEach((name, most) -> tooFarApart(most, requests.get(name), limits.get(name))
                        .ifPresent(why -> reasons.add(name + " max limit to request ratio per " + item.getType()
                                + " is " + CanonicalQuantity.of(most) + why)));
    }

    private static Optional<String> tooLittle(Quantity least, @Nullable Quantity request, @Nullable Quantity limit) {
        if (request == null) {
            return Optional.of(".  No request is specified");
        }
        if (milli(request).compareTo(milli(least)) < 0) {
            return Optional.of(", but request is " + CanonicalQuantity.of(request));
        }
        return limit != null && milli(limit).compareTo(milli(least)) < 0
                ? Optional.of(", but limit is " + CanonicalQuantity.of(limit))
                : Optional.empty();
    }

    private static Optional<String> tooMuch(Quantity most, @Nullable Quantity request, @Nullable Quantity limit) {
        if (limit == null) {
            return Optional.of(".  No limit is specified");
        }
        if (milli(limit).compareTo(milli(most)) > 0) {
            return Optional.of(", but limit is " + CanonicalQuantity.of(limit));
        }
        return request != null && milli(request).compareTo(milli(most)) > 0
                ? Optional.of(", but request is " + CanonicalQuantity.of(request))
                : Optional.empty();
    }

    private static Optional<String> tooFarApart(Quantity most, @Nullable Quantity request, @Nullable Quantity limit) {
        if (request == null || milli(request).signum() == 0) {
            return Optional.of(", but no request is specified or request is 0");
        }
        if (limit == null || milli(limit).signum() == 0) {
            return Optional.of(", but no limit is specified or limit is 0");
        }
        double ratio = milli(limit).doubleValue() / milli(request).doubleValue();
        return ratio > milli(most).doubleValue()
                ? Optional.of(String.format(Locale.ROOT, ", but provided ratio is %f", ratio))
                : Optional.empty();
    }

    /** Amounts are compared in thousandths, rounded up. */
    private static BigDecimal milli(Quantity quantity) {
        return Quantity.getAmountInBytes(quantity).setScale(MILLI, RoundingMode.CEILING);
    }

    private static List<Container> containers(PodSpec pod) {
        List<Container> all = new ArrayList<>(pod.getContainers());
        if (pod.getInitContainers() != null) {
            all.addAll(pod.getInitContainers());
        }
        return all;
    }

    private static List<LimitRangeItem> items(LimitRange range) {
        return range.getSpec() == null || range.getSpec().getLimits() == null
                ? List.of()
                : range.getSpec().getLimits();
    }

    private static Map<String, Quantity> orNone(@Nullable Map<String, Quantity> quantities) {
        return quantities == null ? Map.of() : quantities;
    }
}
