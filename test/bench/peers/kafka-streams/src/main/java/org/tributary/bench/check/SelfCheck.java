package org.tributary.bench.check;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.event.Event;
import org.tributary.bench.event.EventSerde;
import org.tributary.bench.event.Identifier;
import org.tributary.bench.profile.Profile;
import org.tributary.bench.profile.ProfileFold;
import org.tributary.bench.segment.Transition;

/**
 * Folds events of a file without Kafka and prints what became of each profile, in the form of `tributary features simulate --json`, so that the two can
 * be compared. Each event and each state goes through its bytes, as in a run.
 */
public final class SelfCheck {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<UUID, byte[]> states = new LinkedHashMap<>();
    private final Map<UUID, List<Transition>> transitions = new LinkedHashMap<>();
    private final ProfileFold fold = new ProfileFold();
    private final EventSerde serde = new EventSerde();
    private final JsonNode assignments;
    private long clock;
    private long duplicates;

    private SelfCheck(JsonNode assignments) {
        this.assignments = assignments;
    }

    /** `--self-check EVENTS --assignments JSON --as-of ISO`; the assignments are an object from `type=value` to a profile id. */
    public static void run(String[] words, PrintStream out) throws IOException {
        Map<String, String> options = new LinkedHashMap<>();
        for (int place = 0; place + 1 < words.length; place += 2) {
            options.put(words[place], words[place + 1]);
        }
        SelfCheck check = new SelfCheck(JSON.readTree(Path.of(options.get("--assignments")).toFile()));
        for (Event event : OfflineEvents.read(Path.of(options.get("--self-check")))) {
            check.apply(event);
        }
        out.println(JSON.writeValueAsString(check.report(Instant.parse(options.get("--as-of")).toEpochMilli())));
    }

    private void apply(Event written) {
        Event event = serde.deserializer().deserialize("", serde.serializer().serialize("", written));
        clock = Math.max(clock, event.receivedAt());
        UUID id = profileOf(event);
        Profile profile = read(id);
        if (!fold.apply(profile, event, clock, event.originOffset() << 16, tellOf(id))) {
            duplicates++;
        }
        write(profile);
    }

    private UUID profileOf(Event event) {
        for (Identifier identifier : event.identifiers()) {
            JsonNode assigned = assignments.get(identifier.assignmentKey());
            if (assigned != null) {
                return UUID.fromString(assigned.asText());
            }
        }
        throw new IllegalArgumentException("event " + event.eventId() + " has no assigned identifier");
    }

    private Consumer<Transition> tellOf(UUID id) {
        return transitions.computeIfAbsent(id, absent -> new ArrayList<>())::add;
    }

    private Profile read(UUID id) {
        byte[] state = states.get(id);
        return state == null ? new Profile(id) : Profile.read(id, new BinaryReader(state));
    }

    private void write(Profile profile) {
        BinaryWriter out = new BinaryWriter(1024);
        profile.write(out);
        states.put(profile.id(), out.toByteArray());
    }

    private Map<String, Object> report(long asOf) {
        List<Map<String, Object>> profiles = new ArrayList<>();
        for (UUID id : List.copyOf(states.keySet())) {
            Profile profile = read(id);
            if (profile.timer() <= asOf) {
                fold.tick(profile, asOf, tellOf(id));
            }
            write(profile);
            profiles.add(Report.of(read(id), transitions.getOrDefault(id, List.of()), asOf));
        }
        return Map.of("profiles", profiles, "duplicates", duplicates);
    }
}
