package org.tributary.bench.input;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.avro.Schema;

/** A schema registry with Confluent's API: asked once per schema. */
public final class Registry {
    private static final String JSON = "application/vnd.schemaregistry.v1+json";

    private final ObjectMapper mapper = new ObjectMapper();
    private final HttpClient client = HttpClient.newHttpClient();
    private final String url;

    public Registry(String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    public Schema schema(int id) {
        JsonNode answer = ask(HttpRequest.newBuilder(URI.create(url + "/schemas/ids/" + id)).GET());
        return new Schema.Parser().parse(answer.get("schema").asText());
    }

    /** Id of a schema under the topic's subject; registers it there. */
    public int idOf(String topic, Schema schema) {
        String subject = URLEncoder.encode(topic + "-value", StandardCharsets.UTF_8);
        try {
            String body = mapper.writeValueAsString(Map.of("schema", schema.toString()));
            return ask(HttpRequest.newBuilder(URI.create(url + "/subjects/" + subject + "/versions"))
                            .header("Content-Type", JSON)
                            .POST(HttpRequest.BodyPublishers.ofString(body)))
                    .get("id")
                    .asInt();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private JsonNode ask(HttpRequest.Builder request) {
        try {
            HttpResponse<String> response =
                    client.send(request.header("Accept", JSON).build(), HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IllegalStateException("the schema registry answers " + response.statusCode());
            }
            return mapper.readTree(response.body());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }
}
