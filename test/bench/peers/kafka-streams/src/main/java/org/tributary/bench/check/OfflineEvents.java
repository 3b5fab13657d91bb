package org.tributary.bench.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.tributary.bench.event.Event;
import org.tributary.bench.event.EventKeys;
import org.tributary.bench.event.Identifier;
import org.tributary.bench.event.Properties;

/** Events as lines of JSON, in the form that `tributary features simulate` reads. */
final class OfflineEvents {
    private OfflineEvents() {}

    static List<Event> read(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        EventKeys keys = new EventKeys();
        List<Event> events = new ArrayList<>();
        long newest = Long.MIN_VALUE;
        for (String line : Files.readAllLines(file)) {
            if (line.isBlank()) {
                continue;
            }
            JsonNode json = mapper.readTree(line);
            long at = Instant.parse(json.get("at").asText()).toEpochMilli();
            newest = Math.max(newest, at);
            long receivedAt = json.hasNonNull("received_at")
                    ? Instant.parse(json.get("received_at").asText()).toEpochMilli()
                    : newest;
            String channel = json.path("channel").asText("web");
            String source = json.path("source").asText(channel);
            String id = json.get("id").asText();
            String key = keys.keyOf(source, id);
            events.add(new Event(
                    id, key, keys.first64(), Event.Channel.of(channel), source, json.path("type").asText(), at,
                    receivedAt, 0, "raw/offline/0/0", events.size(), identifiersOf(json.get("identifiers")),
                    propertiesOf(json.path("properties"))));
        }
        return events;
    }

    private static List<Identifier> identifiersOf(JsonNode json) {
        List<Identifier> identifiers = new ArrayList<>();
        json.properties().forEach(entry -> {
            Iterable<JsonNode> values = entry.getValue().isArray() ? entry.getValue() : List.of(entry.getValue());
            values.forEach(value -> identifiers.add(Identifier.normalised(entry.getKey(), value.asText())));
        });
        identifiers.removeIf(identifier -> identifier.rank() < 0);
        identifiers.sort(Comparator.comparingInt(Identifier::rank).thenComparing(Identifier::value));
        return identifiers;
    }

    private static Object[] propertiesOf(JsonNode json) {
        Object[] values = new Object[Properties.NAMES.size()];
        for (int place = 0; place < values.length; place++) {
            JsonNode value = json.get(Properties.NAMES.get(place));
            if (value == null || !value.isValueNode() || value.isNull()) {
                continue;
            }
            values[place] = value.isTextual()
                    ? value.asText()
                    : value.isBoolean() ? (Object) value.asBoolean() : value.isIntegralNumber()
                            ? (Object) value.asLong() : (Object) value.asDouble();
        }
        return values;
    }
}
