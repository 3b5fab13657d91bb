package org.tributary.bench;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tributary.bench.event.Event;

/** What the command line says (README.md). */
public record Arguments(
        String bootstrap,
        String registry,
        String clickHouse,
        String database,
        Map<String, Event.Channel> channelOfTopic,
        String assignments,
        String segments,
        String applicationId,
        String guarantee,
        String stateDir,
        int threads,
        long now,
        int commitMs,
        int eventsPerCommitMax,
        int hotMax,
        int sessionTimeoutMs) {

    /** @throws IllegalArgumentException saying which option is missing or wrong */
    public static Arguments parse(String[] words) {
        Map<String, String> options = new HashMap<>();
        for (int place = 0; place < words.length; place += 2) {
            if (!words[place].startsWith("--") || place + 1 == words.length) {
                throw new IllegalArgumentException("options come as --name value; see README.md: " + words[place]);
            }
            options.put(words[place].substring(2), words[place + 1]);
        }
        String applicationId = needed(options, "application-id");
        return new Arguments(
                needed(options, "bootstrap"),
                needed(options, "registry"),
                needed(options, "clickhouse"),
                needed(options, "database"),
                topics(needed(options, "topics")),
                needed(options, "assignments"),
                options.getOrDefault("segments", applicationId + ".segments"),
                applicationId,
                needed(options, "guarantee"),
                needed(options, "state-dir"),
                number(options, "threads", 2),
                Long.parseLong(options.getOrDefault("now", "0")),
                number(options, "commit-ms", 1000),
                number(options, "events-per-commit", 20_000),
                number(options, "hot", 50_000),
                number(options, "session-timeout-ms", 600_000));
    }

    private static String needed(Map<String, String> options, String name) {
        String value = options.get(name);
        if (value == null) {
            throw new IllegalArgumentException("--" + name + " is missing; see README.md");
        }
        return value;
    }

    private static int number(Map<String, String> options, String name, int fallback) {
        String text = options.get(name);
        return text == null ? fallback : Integer.parseInt(text);
    }

    /** `web=T1,email=T2,crm=T3`. */
    private static Map<String, Event.Channel> topics(String text) {
        Map<String, Event.Channel> topics = new LinkedHashMap<>();
        for (String pair : text.split(",")) {
            String[] parts = pair.split("=", 2);
            if (parts.length != 2) {
                throw new IllegalArgumentException("--topics is web=TOPIC,email=TOPIC,crm=TOPIC");
            }
            topics.put(parts[1], Event.Channel.of(parts[0]));
        }
        return topics;
    }
}
