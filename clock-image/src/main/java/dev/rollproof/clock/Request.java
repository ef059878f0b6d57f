// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.clock;

import java.util.Locale;

/**
 * The head of a request.
 *
 * @param problem 0, or the status with which what cannot be read is answered
 * @param method as it was sent, such as {@code GET}
 * @param path without a query
 * @param body how many bytes follow the head
 * @param last whether the connection ends with the answer: asked for, usual in HTTP/1.0, or nobody knows where the next begins
 */
record Request(int problem, String method, String path, long body, boolean last) {
    private static final Request UNREADABLE = new Request(400, "", "", 0, true);
    static final Request TOO_LONG = new Request(431, "", "", 0, true);

    /** @param head the lines of the head, each ended by CR LF, without the empty one */
    static Request from(String head) {
        int line = head.indexOf("\r\n");
        int first = head.indexOf(' ');
        int second = head.indexOf(' ', first + 1);
        if (first <= 0 || second <= first + 1 || second > line) {
            return UNREADABLE;
        }
        String version = head.substring(second + 1, line);
        if (!version.equals("HTTP/1.1") && !version.equals("HTTP/1.0")) {
            return UNREADABLE;
        }
        boolean last = version.equals("HTTP/1.0");
        long body = 0;
        for (int begin = line + 2; begin < head.length(); begin = line + 2) {
            line = head.indexOf("\r\n", begin);
            int colon = head.indexOf(':', begin);
            if (colon <= begin || colon > line) {
                return UNREADABLE;
            }
            String value = head.substring(colon + 1, line).strip().toLowerCase(Locale.ROOT);
            switch (head.substring(begin, colon).toLowerCase(Locale.ROOT)) {
                case "connection" -> last = value.equals("close") || (last && !value.equals("keep-alive"));
                case "content-length" -> {
                    body = length(value);
                    if (body < 0) {
                        return UNREADABLE;
                    }
                }
                case "transfer-encoding" -> last = true;
                default -> {}
            }
        }
        return new Request(0, head.substring(0, first), path(head.substring(first + 1, second)), body, last);
    }

    private static long length(String value) {
        if (value.isEmpty() || value.length() > 9) {
            return -1;
        }
        for (int i = 0; i < value.length(); i++) {
            if (value.charAt(i) < '0' || value.charAt(i) > '9') {
                return -1;
            }
        }
        return Long.parseLong(value);
    }

    /** Of {@code /path?query}, or of {@code http://host/path?query}, as proxies send it. */
    private static String path(String target) {
        String path = target;
        if (path.startsWith("http://")) {
            int slash = path.indexOf('/', "http://".length());
            path = slash < 0 ? "/" : path.substring(slash);
        }
        int query = path.indexOf('?');
        return query < 0 ? path : path.substring(0, query);
    }
}
