package org.tributary.bench.sink;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

/** ClickHouse over its HTTP interface: inserts in RowBinary. */
public final class ClickHouse {
    /** As Tributary's own inserts: stored when acknowledged, nothing dropped as a repetition, nothing merged and no thread begun for each. */
    private static final String SETTINGS =
            "&async_insert=0&insert_deduplicate=0&max_partitions_per_insert_block=0&optimize_on_insert=0"
                    + "&max_threads=1&max_insert_threads=1&input_format_parallel_parsing=0";
    private static final int ATTEMPTS_MAX = 20;
    private static final long PAUSE_MAX_MS = 5_000;

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(Duration.ofSeconds(10)).build();
    private final String url;
    private final String database;

    public ClickHouse(String url, String database) {
        this.url = url.endsWith("/") ? url : url + "/";
        this.database = database;
    }

    /** Inserts every table's rows, at once; returns when all are stored. */
    public void insert(Map<Table, Rows> rows) {
        List<CompletableFuture<Void>> inserts = rows.entrySet().stream()
                .filter(one -> one.getValue().count() > 0)
                .map(one -> insert(one.getKey(), one.getValue(), 1))
                .toList();
        try {
            CompletableFuture.allOf(inserts.toArray(CompletableFuture[]::new)).join();
        } catch (CompletionException failure) {
            throw new IllegalStateException("ClickHouse took no rows: " + failure.getCause().getMessage(), failure);
        }
    }

    private CompletableFuture<Void> insert(Table table, Rows rows, int attempt) {
        String statement = "INSERT INTO " + table.tableName + " (" + String.join(", ", table.columns)
                + ") FORMAT RowBinary";
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "?database=" + encoded(database) + SETTINGS
                        + "&query=" + encoded(statement)))
                .timeout(Duration.ofSeconds(60))
                .POST(BodyPublishers.ofByteArray(rows.bytes().array(), 0, rows.bytes().length()))
                .build();
        return client.sendAsync(request, BodyHandlers.ofString())
                .handle((response, failure) -> problemOf(response, failure))
                .thenCompose(problem -> problem == null
                        ? CompletableFuture.completedFuture(null)
                        : again(table, rows, attempt, problem));
    }

    private CompletableFuture<Void> again(Table table, Rows rows, int attempt, Problem problem) {
        if (!problem.passes || attempt == ATTEMPTS_MAX) {
            return CompletableFuture.failedFuture(new IOException(table.tableName + ": " + problem.text));
        }
        long pauseMs = Math.min(PAUSE_MAX_MS, 100L << Math.min(attempt, 10));
        return CompletableFuture.supplyAsync(
                        () -> null,
                        CompletableFuture.delayedExecutor(pauseMs, TimeUnit.MILLISECONDS))
                .thenCompose(nothing -> insert(table, rows, attempt + 1));
    }

    private record Problem(boolean passes, String text) {}

    /** null: stored. What a server says with 4xx it would say again. */
    private static Problem problemOf(HttpResponse<String> response, Throwable failure) {
        if (failure != null) {
            return new Problem(true, String.valueOf(failure.getMessage()));
        }
        return response.statusCode() == 200
                ? null
                : new Problem(response.statusCode() >= 500, response.body().lines().findFirst().orElse(""));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
