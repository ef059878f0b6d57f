// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.warning;

import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * That a Secret for TLS holds no certificate or no key: whether the two can be read and belong together is not looked at. Sources:
 * pkg/registry/core/secret, crypto/tls.
 */
final class SecretWarnings {
    private static final Pattern BLOCK =
            Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----\\s[A-Za-z0-9+/=\\s]*-----END \\1-----");

    private SecretWarnings() {}

    static void add(Secret secret, List<String> found) {
        if (!"kubernetes.io/tls".equals(secret.getType())) {
            return;
        }
        Map<String, String> data = Objects.requireNonNullElse(secret.getData(), Map.of());
        List<String> inCertificate = blocks(data.get("tls.crt"));
        List<String> inKey = blocks(data.get("tls.key"));
        if (!inCertificate.contains("CERTIFICATE")) {
            found.add("tls: failed to find " + inPlaceOfTheCertificate(inCertificate));
        } else if (inKey.stream().noneMatch(SecretWarnings::isKey)) {
            found.add("tls: " + inPlaceOfTheKey(inKey));
        }
    }

    private static boolean isKey(String block) {
        return block.equals("PRIVATE KEY") || block.endsWith(" PRIVATE KEY");
    }

    private static String inPlaceOfTheCertificate(List<String> blocks) {
        if (blocks.isEmpty()) {
            return "any PEM data in certificate input";
        }
        return blocks.size() == 1 && isKey(blocks.get(0))
                ? "certificate PEM data in certificate input, but did find a private key; PEM inputs may have been"
                        + " switched"
                : "\"CERTIFICATE\" PEM block in certificate input after skipping PEM blocks of the following types: ["
                        + String.join(" ", blocks) + "]";
    }

    private static String inPlaceOfTheKey(List<String> blocks) {
        if (blocks.isEmpty()) {
            return "failed to find any PEM data in key input";
        }
        return blocks.equals(List.of("CERTIFICATE"))
                ? "found a certificate rather than a key in the PEM for the private key"
                : "failed to find PEM block with type ending in \"PRIVATE KEY\" in key input after skipping PEM blocks of the following"
                        + " types: [" + String.join(" ", blocks) + "]";
    }

    private static List<String> blocks(@Nullable String encoded) {
        List<String> types = new ArrayList<>();
        String text =
                encoded == null ? "" : new String(Base64.getMimeDecoder().decode(encoded), StandardCharsets.ISO_8859_1);
        Matcher block = BLOCK.matcher(text);
        while (block.find()) {
            types.add(block.group(1));
        }
        return types;
    }
}
