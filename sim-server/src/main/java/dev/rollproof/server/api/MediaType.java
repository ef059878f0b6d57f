// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One of the media types that a client accepts.
 *
 * @param name in lower case, such as {@code application/json}
 */
record MediaType(String name, Map<String, String> parameters) {
    MediaType {
        parameters = Map.copyOf(parameters);
    }

    boolean is(String other) {
        return name.equals(other);
    }

    /** Empty where there is none. */
    String parameter(String key) {
        return parameters.getOrDefault(key, "");
    }

    /** What a request accepts, in its order; everything where it says nothing. */
    static List<MediaType> accepted(ApiRequest request) {
        String header = request.header("Accept");
        List<MediaType> types = new ArrayList<>();
        for (String part : (header == null || header.isBlank() ? "*/*" : header).split(",")) {
            String[] pieces = part.split(";");
            Map<String, String> parameters = new LinkedHashMap<>();
            for (int i = 1; i < pieces.length; i++) {
                String[] sides = pieces[i].strip().split("=", 2);
                if (sides.length == 2) {
                    parameters.put(sides[0].strip(), sides[1].strip());
                }
            }
            types.add(new MediaType(pieces[0].strip().toLowerCase(Locale.ROOT), parameters));
        }
        return types;
    }
}
