// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.it.stories;

import dev.rollproof.k8s.Change;
import dev.rollproof.k8s.observed.ObservedCondition;
import dev.rollproof.k8s.observed.ObservedContainer;
import dev.rollproof.k8s.observed.ObservedDeployment;
import dev.rollproof.k8s.observed.ObservedEvent;
import dev.rollproof.k8s.observed.ObservedMetadata;
import dev.rollproof.k8s.observed.ObservedObject;
import dev.rollproof.k8s.observed.ObservedPod;
import dev.rollproof.k8s.observed.ObservedReplicaSet;
import dev.rollproof.verifier.recording.Recording;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What happened in a lesson, without names, times and numbers that differ from run to run: the way of each Deployment's
 * ReplicaSets, or of the pods of another workload, and the words in which Kubernetes told it.
 *
 * @param ways of each workload, by name, one text for each change, such as {@code "1.0: 2, 1.1: 1"}: the sizes that the controller
 *     gave to a Deployment's ReplicaSets, or how many pods of each version a StatefulSet or DaemonSet had
 * @param conditions of Deployments, such as {@code "Progressing True ReplicaSetUpdated"}
 * @param pods reasons of their conditions, and of what their containers wait for or ended with
 * @param events such as {@code "ReplicaSet SuccessfulCreate"}
 * @param silenced the kinds of objects about one of which a component told as much as client-go's recorder lets it: it may have had
 *     more to tell
 */
record Story(
        Map<String, List<String>> ways,
        SortedSet<String> conditions,
        SortedSet<String> pods,
        SortedSet<String> events,
        SortedSet<String> silenced) {
    /** Of so many events in a row that a component tells about one object, the next is dropped (client-go's spam filter). */
    private static final int BUDGET = 25;

    static Story of(Recording recording) {
        Teller teller = new Teller();
        recording.entries().forEach(entry -> teller.tell(entry.type(), entry.object()));
        return teller.story();
    }

    /** Whose pods are counted; a Deployment's are its ReplicaSets'. */
    private static final Set<String> SETS = Set.of("StatefulSet", "DaemonSet");

    private record Sized(String version, int replicas) {
        Sized and(Sized more) {
            return new Sized(version, replicas + more.replicas);
        }
    }

    /** Who tells about what. */
    private record Telling(String component, String uid) {}

    /** Tells a story change by change. For one thread. */
    static final class Teller {
        private final Story story =
                new Story(new TreeMap<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>(), new TreeSet<>());
        private final Map<String, Map<String, Sized>> sizes = new LinkedHashMap<>();
        private final Map<Telling, Map<String, Integer>> counts = new HashMap<>();

        void tell(Change.Type type, ObservedObject object) {
            boolean deleted = type == Change.Type.DELETED;
            if (object instanceof ObservedReplicaSet set) {
                story.add(set, deleted, sizes);
            }
            if (object instanceof ObservedPod pod) {
                story.count(pod, deleted, sizes);
            }
            if (!deleted) {
                story.add(object);
                if (object instanceof ObservedEvent event) {
                    count(event);
                }
            }
        }

        private void count(ObservedEvent event) {
            Map<String, Integer> told = counts.computeIfAbsent(
                    new Telling(event.source(), event.regardingUid()), unused -> new HashMap<>());
            told.put(event.metadata().name(), Math.max(1, event.count()));
            if (told.values().stream().mapToInt(Integer::intValue).sum() >= BUDGET) {
                story.silenced.add(event.regarding().kind());
            }
        }

        /** How far a workload has come; {@code ""} where it has not begun. */
        String now(String workload) {
            List<String> way = story.ways.getOrDefault(workload, List.of());
            return way.isEmpty() ? "" : way.get(way.size() - 1);
        }

        /** As told so far; what is told later changes it. */
        Story story() {
            return story;
        }
    }

    /** As it is now. */
    Story copy() {
        Map<String, List<String>> copied = new TreeMap<>();
        ways.forEach((name, way) -> copied.put(name, List.copyOf(way)));
        return new Story(
                copied, new TreeSet<>(conditions), new TreeSet<>(pods), new TreeSet<>(events), new TreeSet<>(silenced));
    }

    private void add(ObservedObject object) {
        if (object instanceof ObservedDeployment deployment) {
            deployment.conditions().forEach(condition -> conditions.add(words(condition)));
        } else if (object instanceof ObservedPod pod) {
            add(pod);
        } else if (object instanceof ObservedEvent event) {
            events.add(event.regarding().kind() + " " + event.reason());
        }
    }

    private void add(ObservedReplicaSet set, boolean deleted, Map<String, Map<String, Sized>> sizes) {
        String owner = set.metadata()
                .controller()
                .map(ObservedMetadata.Owner::name)
                .orElse(set.metadata().name());
        Map<String, Sized> ofOwner = sizes.computeIfAbsent(owner, unused -> new LinkedHashMap<>());
        if (deleted) {
            ofOwner.remove(set.metadata().uid());
            return;
        }
        ofOwner.put(set.metadata().uid(), new Sized(version(set), set.replicas()));
        step(owner, text(ofOwner));
    }

    private void count(ObservedPod pod, boolean deleted, Map<String, Map<String, Sized>> sizes) {
        pod.metadata().controller().filter(owner -> SETS.contains(owner.kind())).ifPresent(owner -> {
            Map<String, Sized> ofOwner = sizes.computeIfAbsent(owner.name(), unused -> new LinkedHashMap<>());
            if (deleted) {
                ofOwner.remove(pod.metadata().uid());
            } else {
                ofOwner.put(
                        pod.metadata().uid(),
                        new Sized(version(pod.containers().get(0).image()), 1));
            }
            Map<String, Sized> counts = new TreeMap<>();
            ofOwner.values().forEach(one -> counts.merge(one.version(), one, Sized::and));
            step(owner.name(), text(counts));
        });
    }

    private void step(String owner, String state) {
        List<String> way = ways.computeIfAbsent(owner, unused -> new ArrayList<>());
        if (way.isEmpty() || !way.get(way.size() - 1).equals(state)) {
            way.add(state);
        }
    }

    private static String version(ObservedReplicaSet set) {
        return version(set.template().images().get(0));
    }

    private static String version(String image) {
        return image.substring(image.indexOf(':') + 1);
    }

    /** Sets without pods are left out: how many old ones there are is history, and no step. */
    private static String text(Map<String, Sized> sets) {
        List<String> texts = new ArrayList<>();
        for (Sized set : sets.values()) {
            if (set.replicas() > 0) {
                texts.add(set.version() + ": " + set.replicas());
            }
        }
        return texts.isEmpty() ? "none" : String.join(", ", texts);
    }

    private static String words(ObservedCondition condition) {
        return (condition.type() + " " + condition.status() + " " + condition.reason()).strip();
    }

    private void add(ObservedPod pod) {
        pod.conditions().forEach(condition -> pods.add(words(condition)));
        if (!pod.reason().isEmpty()) {
            pods.add(pod.phase() + " " + pod.reason());
        }
        for (ObservedContainer container : pod.containers()) {
            if (container.state() instanceof ObservedContainer.State.Waiting waiting
                    && !waiting.reason().isEmpty()) {
                pods.add("waiting " + waiting.reason());
            }
            if (container.state() instanceof ObservedContainer.State.Terminated ended) {
                pods.add("terminated " + ended.reason() + ", exit " + ended.exitCode());
            }
        }
    }

    /** In which words it is told, such as {@code "event ReplicaSet SuccessfulCreate"}. */
    SortedSet<String> words() {
        SortedSet<String> words = new TreeSet<>();
        conditions.forEach(condition -> words.add("condition " + condition));
        pods.forEach(reason -> words.add("pod " + reason));
        events.forEach(event -> words.add("event " + event));
        return words;
    }

    /** Whether this may be missing here only because a component had told too much about an object of that kind. */
    boolean mayHaveBeenSilent(String fact) {
        return silenced.stream().anyMatch(kind -> fact.startsWith("event " + kind + " "));
    }

    /** The words, and the single steps of the ways, such as {@code "step of clock from 1.0: 3 to 1.0: 3, 1.1: 1"}. */
    SortedSet<String> facts() {
        SortedSet<String> facts = words();
        ways.forEach((name, way) -> {
            for (int i = 1; i < way.size(); i++) {
                facts.add("step of " + name + " from " + way.get(i - 1) + " to " + way.get(i));
            }
        });
        return facts;
    }
}
