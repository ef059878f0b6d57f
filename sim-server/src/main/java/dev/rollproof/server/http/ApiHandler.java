// SPDX-License-Identifier: Apache-2.0
package dev.rollproof.server.http;

import dev.rollproof.server.api.Answer;
import dev.rollproof.server.api.ApiRequest;
import dev.rollproof.server.api.KubernetesApi;
import dev.rollproof.server.api.Outlet;
import dev.rollproof.server.api.Parameters;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Fields;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.URIUtil;

/** Lets in who brings the token, reads the body, and writes the answer. */
final class ApiHandler extends Handler.Abstract {
    private final KubernetesApi api;
    private final byte[] authorization;

    ApiHandler(KubernetesApi api, String token) {
        this.api = api;
        this.authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        if (!isLetIn(request)) {
            write(KubernetesApi.unauthorized(), response, callback);
            return true;
        }
        if (request.getLength() > ApiRequest.MOST_BODY_BYTES) {
            write(KubernetesApi.tooLarge(), response, callback);
            return true;
        }
        Content.Source.asByteArrayAsync(request, ApiRequest.MOST_BODY_BYTES, new Promise.Invocable<byte[]>() {
            @Override
            public void succeeded(byte[] body) {
                answer(request, body, response, callback);
            }

            @Override
            public void failed(Throwable failure) {
                if (failure instanceof IllegalStateException) {
                    write(KubernetesApi.tooLarge(), response, callback);
                } else {
                    // The client went away before it had sent all.
                    callback.failed(failure);
                }
            }
        });
        return true;
    }

    private boolean isLetIn(Request request) {
        String given = request.getHeaders().get(HttpHeader.AUTHORIZATION);
        return given != null && MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
    }

    private void answer(Request request, byte[] body, Response response, Callback callback) {
        Answer answer = api.handle(new ApiRequest(
                request.getMethod(),
                path(request),
                request.getHttpURI().getPath().endsWith("/"),
                query(request),
                request.getHeaders()::get,
                body));
        if (answer instanceof Answer.Whole whole) {
            write(whole, response, callback);
        } else if (answer instanceof Answer.Later later) {
            finish(later, request, response, callback);
        } else if (answer instanceof Answer.Streamed streamed) {
            // It may be quiet for as long as it likes.
            request.addIdleTimeoutListener(quiet -> false);
            response.setStatus(200);
            response.getHeaders().put(HttpHeader.CONTENT_TYPE, streamed.contentType());
            response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache, private");
            // The head at once: the client waits for it, and there may be nothing else to tell for long.
            response.write(
                    false,
                    BufferUtil.EMPTY_BUFFER,
                    Callback.from(
                            () -> streamed.begin().accept(new ResponseOutlet(request, response, callback)), failed -> {
                                callback.failed(failed);
                                streamed.begin().accept(Outlet.CLOSED);
                            }));
        } else {
            ResponseOutlet.drop(request, callback);
        }
    }

    static void finish(Answer.Later later, Request request, Response response, Callback callback) {
        CompletableFuture<?> unused = later.whole().whenComplete((whole, failed) -> {
            if (failed == null) {
                write(whole, response, callback);
            } else {
                ResponseOutlet.drop(request, callback);
            }
        });
    }

    static List<String> path(Request request) {
        List<String> segments = new ArrayList<>();
        for (String segment : request.getHttpURI().getPath().split("/", -1)) {
            if (!segment.isEmpty()) {
                segments.add(URIUtil.decodePath(segment));
            }
        }
        return segments;
    }

    private static Parameters query(Request request) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (Fields.Field field : Request.extractQueryParameters(request)) {
            values.put(field.getName(), field.getValues());
        }
        return new Parameters(values);
    }

    static void write(Answer.Whole answer, Response response, Callback callback) {
        response.setStatus(answer.status());
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, answer.contentType());
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-cache, private");
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        for (String warning : answer.warnings()) {
            String quoted = warning.replace("\\", "\\\\").replace("\"", "\\\"");
            response.getHeaders().add("Warning", "299 - \"" + quoted + "\"");
        }
        response.write(true, ByteBuffer.wrap(answer.body()), callback);
    }
}
