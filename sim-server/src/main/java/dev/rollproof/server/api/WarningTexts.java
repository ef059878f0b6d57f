// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.api;

import java.util.ArrayList;
import java.util.List;

/** Warnings as they go into the head of an answer, which has room for so much. Source: pkg/endpoints/filters of apiserver. */
final class WarningTexts {
    /** So many characters in all are said whole; of more, each text is cut. */
    private static final int MOST = 4096;

    private static final int MOST_OF_EACH = 256;

    private WarningTexts() {}

    /** Each once; those with control characters not at all. */
    static List<String> fitting(List<String> texts) {
        List<String> said = texts.stream()
                .distinct()
                .filter(text -> !text.isEmpty() && text.chars().noneMatch(Character::isISOControl))
                .toList();
        if (said.stream().mapToInt(WarningTexts::length).sum() <= MOST) {
            return said;
        }
        List<String> cut = new ArrayList<>();
        int written = 0;
        for (String text : said) {
            if (written >= MOST) {
                break;
            }
            int end = text.offsetByCodePoints(0, Math.min(length(text), MOST_OF_EACH));
            cut.add(text.substring(0, end));
            written += length(cut.get(cut.size() - 1));
        }
        return cut;
    }

    private static int length(String text) {
        return text.codePointCount(0, text.length());
    }
}
