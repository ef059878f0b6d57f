// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.manifest;

import dev.rollproof.k8s.ClusterException;
import io.fabric8.kubernetes.api.model.HasMetadata;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * An object as a file says it.
 *
 * @param file the file's name as it was given
 * @param line the line on which the document starts, from 1
 * @param lines the line of each field, by its path, such as {@code spec.template.spec.containers[0].image}
 */
public record Manifest(HasMetadata object, String file, int line, Map<String, Integer> lines) {
    public Manifest {
        lines = Map.copyOf(lines);
    }

    /** Where a field is, such as {@code clock.yaml, line 12}; of a field that is not there, where its nearest parent is. */
    public String whereIs(String path) {
        return file + ", line " + lineOf(path);
    }

    /** The line of a field, or of its nearest parent that is there. */
    public int lineOf(String path) {
        // A server writes requests[memory] of what stands here as requests.memory.
        String here = path.replaceAll("\\[([^\\]\\d][^\\]]*)]", ".$1");
        while (!here.isEmpty()) {
            Integer found = lines.get(here);
            if (found != null) {
                return found;
            }
            int cut = Math.max(here.lastIndexOf('.'), here.lastIndexOf('['));
            here = cut < 0 ? "" : here.substring(0, cut);
        }
        return line;
    }

    /** What the server has against this manifest, in one sentence with file and line of each field that it names. */
    public String explain(ClusterException refused) {
        String named = refused.causes().stream()
                .filter(cause -> !cause.field().isEmpty())
                .map(cause -> whereIs(cause.field()) + ": " + cause.field() + ": " + cause.message())
                .collect(Collectors.joining("; "));
        return named.isEmpty() ? file + ", line " + line + ": " + refused.getMessage() : named;
    }

    /** Such as {@code Deployment/clock}. */
    public String name() {
        return object.getKind() + "/" + object.getMetadata().getName();
    }
}
