package org.tributary.bench.sink;

import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.event.Event;
import org.tributary.bench.event.Identifier;
import org.tributary.bench.event.Properties;
import org.tributary.bench.segment.Transition;

/** Rows of `events`. */
public final class EventRows {
    private EventRows() {}

    /** `partition` and `version`: where the event was folded; `logTime`: the clock then. */
    public static void add(Rows rows, Event event, int partition, long version, long logTime) {
        BinaryWriter out = rows.bytes();
        out.writeString(event.fragment());
        out.writeShort(partition);
        out.writeLong(version);
        out.writeString(event.eventId());
        out.writeString(event.eventKey());
        out.writeString(event.channel().label);
        out.writeString(event.source());
        out.writeString(event.type());
        out.writeLong(event.occurredAt());
        out.writeLong(event.receivedAt());
        out.writeLong(logTime);
        out.writeLength(event.identifiers().size());
        for (Identifier identifier : event.identifiers()) {
            out.writeString(identifier.fragment());
            out.writeString(""); // Nothing is screened here: no identifier is blocked.
        }
        out.writeString("{}"); // The race's events have no traits.
        out.writeString("observed");
        out.writeString("first");
        Purposes.write(out);
        out.writeString("");
        out.writeString(Properties.toJson(event.properties()));
        out.writePresent();
        out.writeInt(event.schemaId());
        out.writeByte(0);
        out.writeLength(0);
        out.writeLong(Transition.DEFINITION);
        out.writeString(event.origin());
        out.writeLong(event.originOffset());
        out.writeInt(0);
        rows.added();
    }
}
