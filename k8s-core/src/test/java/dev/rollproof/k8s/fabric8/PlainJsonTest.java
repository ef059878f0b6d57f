// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.fabric8;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The quick way and Jackson's come to the same, for every tree and every text. */
class PlainJsonTest {
    private static final KubernetesSerialization JACKSON = new KubernetesSerialization();

    private static Object value(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> text(random);
            case 1 -> random.nextInt(4) == 0 ? random.nextInt() : random.nextInt(2_000) - 1_000;
            case 2 -> random.nextBoolean();
            case 3 -> random.nextInt(3) == 0 ? Long.MAX_VALUE - random.nextInt(9) : text(random);
            case 4 -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(random, depth - 1));
                }
                yield items;
            }
            default -> tree(random, depth - 1);
        };
    }

    private static Map<String, Object> tree(Random random, int depth) {
        Map<String, Object> tree = new LinkedHashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            tree.put(text(random), value(random, depth));
        }
        return tree;
    }

    private static String text(Random random) {
        String letters = "ab/~ :,{}[]\"\\\b\t\n\f\r\u0001\u001f\u007f\u2028ü\ud83d\ude00";
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.append(letters.charAt(random.nextInt(letters.length() - 2)));
        }
        return random.nextInt(9) == 0 ? text + "\ud83d\ude00" : text.toString();
    }

    @Test
    void anyTreeIsWrittenAsJacksonWritesItAndReadAgain() {
        for (int seed = 1; seed <= 2_000; seed++) {
            Map<String, Object> tree = tree(new Random(seed), 4);
            String json = JACKSON.asJson(tree);
            assertThat(PlainJson.write(tree)).as("seed %d", seed).contains(json);
            assertThat(Models.parseJson(json)).as("seed %d: %s", seed, json).isEqualTo(tree);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"a\":1}",
                " {\"a\" : [ 1 , -2,0 ] ,\n\t\"b\":{}, \"c\":[]}\r\n",
                "{\"a\":1,\"a\":2}",
                "{\"a\":\"\\u00e9\\/\\b\"}",
                "{\"a\":null,\"b\":true,\"c\":false}",
                "{\"a\":123456789,\"b\":1234567890,\"c\":12345678901,\"d\":-123456789,\"e\":123456789012345678901}",
                "{\"a\":1.5,\"b\":1e3,\"c\":-0}",
            })
    void readsAsJacksonReads(String json) {
        assertThat(Models.parseJson(json)).isEqualTo(JACKSON.unmarshal(json, LinkedHashMap.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":1,",
                "{\"a\":1,}",
                "{\"a\":01}",
                "{\"a\":-}",
                "{\"a\":+1}",
                "{\"a\":tru}",
                "{\"a\":trueish}",
                "{\"a\":[1,]}",
                "{\"a\":[1}",
                "{\"a\":\"b}",
                "{\"a\":\"b\\x\"}",
                "{\"a\":\"\\u12\"}",
                "{\"a\":\"b\nc\"}",
                "{a:1}",
                "[1]",
                "\"a\"",
                "1"
            })
    void whatIsWrongIsJacksonsToRefuse(String json) {
        Throwable refused = catchThrowable(() -> JACKSON.unmarshal(json, LinkedHashMap.class));
        if (refused == null) {
            assertThat(Models.parseJson(json)).isEqualTo(JACKSON.unmarshal(json, LinkedHashMap.class));
        } else {
            assertThatThrownBy(() -> Models.parseJson(json)).hasMessage(refused.getMessage());
        }
    }

    @Test
    void aTextThatIsDeeperThanAnyStackIsRefused() {
        String json = "{\"a\":".repeat(100_000);
        assertThatThrownBy(() -> Models.parseJson(json)).isInstanceOf(RuntimeException.class);
    }
}
