package org.tributary.bench.event;

import java.util.List;
import java.util.Locale;

/** One identifier of a person, normalised. */
public record Identifier(String type, String value) {
    /** Best first: `identity.priority` of the race's pipeline file. */
    private static final List<String> PRIORITY =
            List.of("crm_id", "user_id", "email", "anonymous_id");

    /** Place in the order of priority; -1: of no type that the pipeline file names. */
    public int rank() {
        return PRIORITY.indexOf(type);
    }

    /** Key of the topic with the final assignments. */
    public String assignmentKey() {
        return type + "=" + value;
    }

    /** As the column of fragments has it, where Tributary has a pseudonym behind the colon. */
    public String fragment() {
        return type + ":" + value;
    }

    /** One spelling of an address; other types are taken as they are written. */
    public static Identifier normalised(String type, String raw) {
        String text = raw.trim();
        return new Identifier(type, type.equals("email") ? text.toLowerCase(Locale.ROOT) : text);
    }
}
