// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.sim.api.validation;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The rules for addresses and ranges of them. Those that can be read in more than one way are refused since Kubernetes 1.36. */
public final class IpRules {
    static final int STRICT_SINCE = 36;
    private static final String PART = "0*(25[0-5]|2[0-4]\\d|1?\\d?\\d)";
    private static final Pattern OLD_ADDRESS = Pattern.compile("(" + PART + "\\.){3}" + PART);
    private static final Pattern LEADING_ZERO = Pattern.compile("(.*\\.)?0\\d.*");
    private static final Pattern NEW_ADDRESS = Pattern.compile("[0-9a-fA-F:.]*:[0-9a-fA-F:.]*");
    private static final Pattern RANGE = Pattern.compile("(.+)/(\\d{1,3})");

    private IpRules() {}

    static void address(String path, String value, int minor, FieldErrors errors) {
        boolean strict = minor >= STRICT_SINCE;
        if (OLD_ADDRESS.matcher(value).matches()) {
            if (strict && LEADING_ZERO.matcher(value).matches()) {
                errors.invalid(path, value, "must not have leading 0s");
            }
            return;
        }
        InetAddress address = read(value);
        if (address == null) {
            errors.invalid(path, value, "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)");
        } else if (strict && address instanceof Inet4Address) {
            errors.invalid(path, value, "must not be an IPv4-mapped IPv6 address");
        }
    }

    /** An address that others are to send to: one, and none with a meaning of its own. */
    static void endpoint(String path, String value, int minor, FieldErrors errors) {
        int before = errors.count();
        address(path, value, minor, errors);
        if (errors.count() == before) {
            reachable(path, value, errors);
        }
    }

    /** @param value an address */
    static void reachable(String path, String value, FieldErrors errors) {
        InetAddress address = Objects.requireNonNull(read(value));
        if (address.isAnyLocalAddress()) {
            errors.invalid(path, value, "may not be unspecified (" + value + ")");
        }
        if (address.isLoopbackAddress()) {
            errors.invalid(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
        }
        if (address.isLinkLocalAddress()) {
            errors.invalid(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
        }
        if (address.isMCLinkLocal()) {
            errors.invalid(path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
        }
    }

    static void range(String path, String value, int minor, FieldErrors errors) {
        Matcher parts = RANGE.matcher(value);
        InetAddress address = parts.matches() ? read(parts.group(1)) : null;
        int length = address == null ? 0 : Integer.parseInt(parts.group(2));
        if (address == null || length > address.getAddress().length * 8) {
            errors.invalid(path, value, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
            return;
        }
        if (minor < STRICT_SINCE) {
            return;
        }
        boolean zeros = OLD_ADDRESS.matcher(parts.group(1)).matches()
                && LEADING_ZERO.matcher(parts.group(1)).matches();
        if (zeros || parts.group(2).matches("0\\d+")) {
            errors.invalid(path, value, "must not have leading 0s in IP or prefix length");
        } else if (address instanceof Inet4Address && parts.group(1).contains(":")) {
            errors.invalid(path, value, "must not have an IPv4-mapped IPv6 address");
        } else if (isSetBeyond(address.getAddress(), length)) {
            errors.invalid(path, value, "must not have bits set beyond the prefix length");
        }
    }

    private static boolean isSetBeyond(byte[] address, int length) {
        for (int bit = length; bit < address.length * 8; bit++) {
            if ((address[bit / 8] >> 7 - bit % 8 & 1) != 0) {
                return true;
            }
        }
        return false;
    }

    /** Whether an address that is one is of the newer kind, IPv6. */
    public static boolean isNewer(String address) {
        return address.contains(":");
    }

    private static @Nullable InetAddress read(String value) {
        try {
            if (OLD_ADDRESS.matcher(value).matches()) {
                String[] parts = value.split("\\.");
                byte[] bytes = new byte[parts.length];
                for (int i = 0; i < parts.length; i++) {
                    bytes[i] = (byte) Integer.parseInt(parts[i]);
                }
                return InetAddress.getByAddress(bytes);
            }
            // With a colon in it, it is no name that anybody would be asked for.
            return NEW_ADDRESS.matcher(value).matches() ? InetAddress.getByName(value) : null;
        } catch (UnknownHostException e) {
            return null;
        }
    }
}
