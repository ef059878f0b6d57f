// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.k8s.quota;

import io.fabric8.kubernetes.api.model.Quantity;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Quantities as Kubernetes writes them, whatever was said: a whole number with the largest suffix of its family, such as {@code 500m} for
 * {@code 0.5}, {@code 1Gi} for {@code 1024Mi} and {@code 70k} for {@code 70000}. Source: pkg/api/resource of apimachinery.
 */
public final class CanonicalQuantity {
    private static final Pattern TEXT = Pattern.compile("([+-]?[0-9.]+)([a-zA-Z]*)([+-]?\\d*)");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final int NANO = 9;
    private static final BigInteger KIBI = BigInteger.valueOf(1024);
    private static final BigInteger KILO = BigInteger.valueOf(1000);

    private CanonicalQuantity() {}

    /** The text of a quantity. */
    public static String of(Quantity quantity) {
        Quantity copy = new Quantity(quantity.getAmount(), quantity.getFormat());
        write(copy);
        return copy.toString();
    }

    /** An amount in the form of another quantity: with suffixes of 1024, of 1000, or exponents. */
    public static String inFormOf(Quantity like, BigDecimal amount) {
        String format = like.getFormat() == null ? "" : like.getFormat();
        if (BINARY.indexOf(format) > 0) {
            return text(amount.divide(new BigDecimal(KIBI)), "Ki", "");
        }
        return text(amount, "", DECIMAL.contains(format) ? "" : "0");
    }

    /** Both together, in the form of the first that is more than nothing. */
    static Quantity sum(Quantity one, Quantity other) {
        BigDecimal amount = Quantity.getAmountInBytes(one);
        return Quantity.parse(
                inFormOf(amount.signum() == 0 ? other : one, amount.add(Quantity.getAmountInBytes(other))));
    }

    /** @param quantity is changed where it is written otherwise */
    public static void write(Quantity quantity) {
        String said = quantity.toString();
        Matcher parts = TEXT.matcher(said);
        if (!parts.matches()) {
            return;
        }
        String canonical = text(new BigDecimal(parts.group(1)), parts.group(2), parts.group(3));
        if (!canonical.equals(said)) {
            Matcher written = TEXT.matcher(canonical);
            if (written.matches()) {
                quantity.setAmount(written.group(1));
                quantity.setFormat(written.group(2) + written.group(3));
            }
        }
    }

    private static String text(BigDecimal number, String suffix, String exponent) {
        int binary = suffix.isEmpty() ? -1 : BINARY.indexOf(suffix);
        if (binary > 0) {
            BigDecimal bytes = number.multiply(new BigDecimal(KIBI.pow(binary)));
            return bytes.abs().compareTo(new BigDecimal(KIBI)) < 0
                    ? decimal(bytes, false)
                    : inUnits(bytes.setScale(0, RoundingMode.UP).toBigIntegerExact(), KIBI, BINARY);
        }
        int decimal = DECIMAL.indexOf(suffix);
        if (exponent.isEmpty() && decimal >= 0) {
            return decimal(number.scaleByPowerOfTen(3 * decimal - NANO), false);
        }
        return decimal(number.scaleByPowerOfTen(Integer.parseInt(exponent)), true);
    }

    private static String decimal(BigDecimal amount, boolean asExponent) {
        BigInteger nanos =
                amount.scaleByPowerOfTen(NANO).setScale(0, RoundingMode.UP).toBigIntegerExact();
        if (nanos.signum() == 0) {
            return "0";
        }
        String suffixed = inUnits(nanos, KILO, DECIMAL);
        if (!asExponent) {
            return suffixed;
        }
        Matcher parts = TEXT.matcher(suffixed);
        int power = parts.matches() ? 3 * DECIMAL.indexOf(Objects.requireNonNull(parts.group(2))) - NANO : 0;
        return power == 0 ? suffixed : parts.group(1) + "e" + power;
    }

    /** With the largest suffix that leaves a whole number: of the powers of 1024, or, where there is none, of those of 1000. */
    public static String ofBytes(BigInteger amount) {
        String binary = inUnits(amount, KIBI, BINARY);
        return Character.isDigit(binary.charAt(binary.length() - 1))
                ? inUnits(amount, KILO, DECIMAL.subList(DECIMAL.indexOf(""), DECIMAL.size()))
                : binary;
    }

    private static String inUnits(BigInteger amount, BigInteger step, List<String> suffixes) {
        BigInteger left = amount;
        int unit = 0;
        while (unit + 1 < suffixes.size()
                && left.signum() != 0
                && left.mod(step).signum() == 0) {
            left = left.divide(step);
            unit++;
        }
        return left + suffixes.get(unit);
    }
}
