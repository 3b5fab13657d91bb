package org.tributary.bench.event;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** Events on the repartition topic: compact, and written and read field by field. A serializer is shared by all threads of a topology. */
public final class EventSerde implements Serde<Event> {
    private static final int ABSENT = 0;
    private static final int TEXT = 1;
    private static final int LONG = 2;
    private static final int DOUBLE = 3;
    private static final int BOOLEAN = 4;
    private static final Event.Channel[] CHANNELS = Event.Channel.values();
    private static final ThreadLocal<BinaryWriter> BUFFER = ThreadLocal.withInitial(() -> new BinaryWriter(512));

    @Override
    public Serializer<Event> serializer() {
        return (topic, event) -> event == null ? null : write(event, BUFFER.get());
    }

    @Override
    public Deserializer<Event> deserializer() {
        return (topic, bytes) -> bytes == null ? null : read(new BinaryReader(bytes));
    }

    private static byte[] write(Event event, BinaryWriter out) {
        out.clear();
        out.writeByte(event.channel().ordinal());
        out.writeLong(event.idHash());
        out.writeLong(event.occurredAt());
        out.writeLong(event.receivedAt());
        out.writeInt(event.schemaId());
        out.writeLong(event.originOffset());
        out.writeString(event.origin());
        out.writeString(event.eventId());
        out.writeString(event.eventKey());
        out.writeString(event.source());
        out.writeString(event.type());
        out.writeLength(event.identifiers().size());
        for (Identifier identifier : event.identifiers()) {
            out.writeString(identifier.type());
            out.writeString(identifier.value());
        }
        for (Object value : event.properties()) {
            writeValue(value, out);
        }
        return out.toByteArray();
    }

    private static void writeValue(Object value, BinaryWriter out) {
        if (value == null) {
            out.writeByte(ABSENT);
        } else if (value instanceof String text) {
            out.writeByte(TEXT);
            out.writeString(text);
        } else if (value instanceof Long whole) {
            out.writeByte(LONG);
            out.writeLong(whole);
        } else if (value instanceof Double number) {
            out.writeByte(DOUBLE);
            out.writeDouble(number);
        } else {
            out.writeByte(BOOLEAN);
            out.writeByte((Boolean) value ? 1 : 0);
        }
    }

    private static Event read(BinaryReader in) {
        Event.Channel channel = CHANNELS[in.readByte()];
        long idHash = in.readLong();
        long occurredAt = in.readLong();
        long receivedAt = in.readLong();
        int schemaId = in.readInt();
        long originOffset = in.readLong();
        String origin = in.readString();
        String eventId = in.readString();
        String eventKey = in.readString();
        String source = in.readString();
        String type = in.readString();
        int count = in.readLength();
        List<Identifier> identifiers = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            identifiers.add(new Identifier(in.readString(), in.readString()));
        }
        Object[] properties = new Object[Properties.NAMES.size()];
        for (int place = 0; place < properties.length; place++) {
            properties[place] = readValue(in);
        }
        return new Event(
                eventId, eventKey, idHash, channel, source, type, occurredAt, receivedAt, schemaId, origin,
                originOffset, identifiers, properties);
    }

    private static Object readValue(BinaryReader in) {
        int kind = in.readByte();
        return switch (kind) {
            case ABSENT -> null;
            case TEXT -> in.readString();
            case LONG -> in.readLong();
            case DOUBLE -> in.readDouble();
            case BOOLEAN -> in.readByte() != 0;
            default -> throw new IllegalStateException("no kind of property has number " + kind);
        };
    }
}
