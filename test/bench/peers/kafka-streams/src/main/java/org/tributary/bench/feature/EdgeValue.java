package org.tributary.bench.feature;

import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.event.Event;

/** Value of the earliest or the latest event. Ties end by source and event key, so that arrival order never decides. */
public final class EdgeValue {
    private static final int LENGTH_MAX = 512;

    private final int sign;
    private long at;
    private String source;
    private String eventKey;
    /** null: nothing has happened. */
    private String value;

    private EdgeValue(int sign) {
        this.sign = sign;
    }

    public static EdgeValue first() {
        return new EdgeValue(-1);
    }

    public static EdgeValue last() {
        return new EdgeValue(1);
    }

    public String value() {
        return value;
    }

    /** False: the value is too long to be kept, and nothing changed. */
    public boolean add(String candidate, Event event) {
        if (candidate.length() > LENGTH_MAX) {
            return false;
        }
        if (value == null || sign * compare(event) > 0) {
            at = event.occurredAt();
            source = event.source();
            eventKey = event.eventKey();
            value = candidate;
        }
        return true;
    }

    private int compare(Event event) {
        if (event.occurredAt() != at) {
            return Long.compare(event.occurredAt(), at);
        }
        int bySource = event.source().compareTo(source);
        return bySource != 0 ? bySource : event.eventKey().compareTo(eventKey);
    }

    public void write(BinaryWriter out) {
        out.writeByte(value == null ? 0 : 1);
        if (value != null) {
            out.writeLong(at);
            out.writeString(source);
            out.writeString(eventKey);
            out.writeString(value);
        }
    }

    public void read(BinaryReader in) {
        if (in.readByte() != 0) {
            at = in.readLong();
            source = in.readString();
            eventKey = in.readString();
            value = in.readString();
        }
    }
}
