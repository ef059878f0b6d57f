// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rollproof.k8s.fabric8.Models;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is no JSON is refused in Go's words: all of these were said by the API server of Kubernetes 1.37. */
class JsonTextTest {
    private static final long SEED = Long.getLong("rollproof.seed", 1);

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            quoteCharacter = '`',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "``~unexpected end of JSON input",
                "`   `~unexpected end of JSON input",
                "{~unexpected end of JSON input",
                "[1,~unexpected end of JSON input",
                "{\"a\":\"x~unexpected end of JSON input",
                "x~invalid character 'x' looking for beginning of value",
                "{\"a\":}~invalid character '}' looking for beginning of value",
                "{\"a\":[1,]}~invalid character ']' looking for beginning of value",
                "\ufeff{}~invalid character 'ï' looking for beginning of value",
                "{'a':1}~invalid character '\\'' looking for beginning of object key string",
                "{a:1}~invalid character 'a' looking for beginning of object key string",
                "{\"a\":1,}~invalid character '}' looking for beginning of object key string",
                "{\"a\" 1}~invalid character '1' after object key",
                "{\"a\":1 \"b\":2}~invalid character '\"' after object key:value pair",
                "{\"a\":01}~invalid character '1' after object key:value pair",
                "{\"a\":[1 2]}~invalid character '2' after array element",
                "{\"a\":1} x~invalid character 'x' after top-level value",
                "{\"a\":1}}~invalid character '}' after top-level value",
                "{\"a\":tru}~invalid character '}' in literal true (expecting 'e')",
                "{\"a\":nul~invalid character ' ' in literal null (expecting 'l')",
                "{\"a\":\"\\x\"}~invalid character 'x' in string escape code",
                "{\"a\":\"\\u12g4\"}~invalid character 'g' in \\u hexadecimal character escape",
                "{\"a\":-}~invalid character '}' in numeric literal",
                "{\"a\":1.}~invalid character '}' after decimal point in numeric literal",
                "{\"a\":1e}~invalid character '}' in exponent of numeric literal"
            })
    void whatIsNoJsonIsRefusedInGosWords(String text, String problem) {
        assertThat(JsonText.problemOf(text)).as(text).hasValue(problem);
    }

    @Test
    void aLineThatEndsWithinATextIsRefused() {
        assertThat(JsonText.problemOf("{\"a\":\"\n\"}")).hasValue("invalid character '\\n' in string literal");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                " {} ",
                "[]",
                "[[],{}]",
                "\"x\"",
                "-0",
                "-1.5e+10",
                "0.1E-2",
                "true",
                "false",
                "{\"\": \"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\uD83D\\uDE00 é 😀\"}",
                "{\"a\": 1, \"a\": [1, {\"b\": null}]}"
            })
    void whatIsJsonIsNotRefused(String text) {
        assertThat(JsonText.problemOf(text)).as(text).isEmpty();
    }

    @Test
    void itReadsAsDeepAsGoAndNoDeeper() {
        assertThat(JsonText.problemOf("[".repeat(10_000) + "]".repeat(10_000))).isEmpty();
        assertThat(JsonText.problemOf("[".repeat(10_001) + "]".repeat(10_001))).hasValue("exceeded max depth");
    }

    @Test
    void everyObjectIsJsonAndNoneThatIsCutOffOrHasSomethingAfterIt() {
        System.out.println("seed " + SEED + " (-Drollproof.seed=" + SEED + ")");
        Random random = new Random(SEED);
        for (int i = 0; i < 200; i++) {
            String text = Models.toJson(object(random, 3));
            assertThat(JsonText.problemOf(text)).as("seed %d: %s", SEED, text).isEmpty();
            for (int cut = 0; cut < text.length(); cut++) {
                String beginning = text.substring(0, cut);
                assertThat(JsonText.problemOf(beginning))
                        .as("seed %d: %s", SEED, beginning)
                        .isPresent();
            }
            assertThat(JsonText.problemOf(text + text)).hasValue("invalid character '{' after top-level value");
        }
    }

    private static Map<String, Object> object(Random random, int deep) {
        Map<String, Object> fields = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            fields.put("f" + i + "é\"\n".substring(random.nextInt(4)), value(random, deep - 1));
        }
        return fields;
    }

    private static Object value(Random random, int deep) {
        return switch (random.nextInt(deep > 0 ? 7 : 4)) {
            case 0 -> random.nextInt();
            case 1 -> random.nextDouble() * 1e30;
            case 2 -> random.nextBoolean();
            case 3 -> "\\\"\t😀x".substring(random.nextInt(3));
            case 4, 5 -> object(random, deep);
            default -> new ArrayList<>(List.of(value(random, deep - 1), value(random, deep - 1)));
        };
    }
}
