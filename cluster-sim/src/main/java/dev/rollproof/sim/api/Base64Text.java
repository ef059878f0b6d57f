// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import java.util.Map;
import java.util.OptionalInt;

/** The data of Secrets and ConfigMaps that are bytes, as clients send them. */
final class Base64Text {
    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    private static final int QUANTUM = 4;

    private Base64Text() {}

    /** Where the first value that is not base64 breaks; nothing where all can be read. */
    static OptionalInt firstBrokenIn(ResourceType<?> type, Map<String, ?> tree) {
        String field =
                type.equals(ResourceType.SECRETS) ? "data" : type.equals(ResourceType.CONFIG_MAPS) ? "binaryData" : "";
        if (tree.get(field) instanceof Map<?, ?> data) {
            for (Object value : data.values()) {
                if (value instanceof String text) {
                    OptionalInt broken = broken(text);
                    if (broken.isPresent()) {
                        return broken;
                    }
                }
            }
        }
        return OptionalInt.empty();
    }

    /** The byte at which Go's decoder gives up: the first that is out of place, or the beginning of what is incomplete. */
    static OptionalInt broken(String text) {
        int inQuantum = 0;
        for (int at = 0; at < text.length(); at++) {
            char next = text.charAt(at);
            if (next == '\n' || next == '\r') {
                continue;
            }
            if (ALPHABET.indexOf(next) >= 0) {
                inQuantum = (inQuantum + 1) % QUANTUM;
                continue;
            }
            return next == '=' && inQuantum >= 2 ? brokenEnd(text, at + 1, inQuantum) : OptionalInt.of(at);
        }
        return inQuantum == 0 ? OptionalInt.empty() : OptionalInt.of(text.length() - inQuantum);
    }

    /** After the first sign that pads: another where two are missing, and then nothing more. */
    private static OptionalInt brokenEnd(String text, int from, int inQuantum) {
        int at = afterNewlines(text, from);
        if (inQuantum == 2) {
            if (at == text.length()) {
                return OptionalInt.of(text.length());
            }
            if (text.charAt(at) != '=') {
                return OptionalInt.of(at - 1);
            }
            at = afterNewlines(text, at + 1);
        }
        return at < text.length() ? OptionalInt.of(at) : OptionalInt.empty();
    }

    private static int afterNewlines(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == '\n' || text.charAt(at) == '\r')) {
            at++;
        }
        return at;
    }
}
