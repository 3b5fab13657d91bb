package org.tributary.bench.event;

import java.util.List;

/**
 * One event on its way to its profile: what features, segments and the row of `events` need, and no more.
 *
 * @param eventKey hash of source and event id, 22 characters of base64url
 * @param idHash   its first 64 bits: what a profile remembers of it
 * @param origin   raw topic and partition, as the column of `events` names it
 */
public record Event(
        String eventId,
        String eventKey,
        long idHash,
        Channel channel,
        String source,
        String type,
        long occurredAt,
        long receivedAt,
        int schemaId,
        String origin,
        long originOffset,
        List<Identifier> identifiers,
        Object[] properties) {

    public enum Channel {
        WEB("web"),
        EMAIL("email"),
        CRM("crm");

        public final String label;

        Channel(String label) {
            this.label = label;
        }

        public static Channel of(String label) {
            for (Channel channel : values()) {
                if (channel.label.equals(label)) {
                    return channel;
                }
            }
            throw new IllegalArgumentException("no channel is called " + label);
        }
    }

    /** The best identifier, which names the fragment; empty: nobody can be told. */
    public String fragment() {
        return identifiers.isEmpty() ? "" : identifiers.get(0).fragment();
    }
}
