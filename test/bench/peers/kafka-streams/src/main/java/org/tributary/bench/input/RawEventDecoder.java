package org.tributary.bench.input;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.DecoderFactory;
import org.tributary.bench.event.Event;
import org.tributary.bench.event.EventKeys;
import org.tributary.bench.event.Identifier;
import org.tributary.bench.event.Properties;

/** Decodes raw events in the Confluent wire format: a zero, four bytes of the schema's id, Avro. One per thread. */
public final class RawEventDecoder {
    private static final int HEAD_BYTES = 5;

    private final Schema readerSchema = Schemas.channelEvent();
    private final int eventIdAt = position("event_id");
    private final int sourceAt = position("source");
    private final int typeAt = position("type");
    private final int occurredAtAt = position("occurred_at");
    private final int identifiersAt = position("identifiers");
    private final int propertiesAt = position("properties");
    private final Registry registry;
    private final Map<Integer, DatumReader<GenericRecord>> readers = new HashMap<>();
    private final EventKeys eventKeys = new EventKeys();
    private BinaryDecoder decoder;
    private GenericRecord reused;

    public RawEventDecoder(Registry registry) {
        this.registry = registry;
    }

    private int position(String field) {
        return readerSchema.getField(field).pos();
    }

    /** @throws IllegalArgumentException for bytes that are no raw event */
    public Event decode(byte[] bytes, Event.Channel channel, String origin, long offset, long receivedAt) {
        if (bytes == null || bytes.length < HEAD_BYTES || bytes[0] != 0) {
            throw new IllegalArgumentException("no record in the Confluent wire format");
        }
        int schemaId = ByteBuffer.wrap(bytes, 1, 4).getInt();
        try {
            decoder = DecoderFactory.get().binaryDecoder(bytes, HEAD_BYTES, bytes.length - HEAD_BYTES, decoder);
            reused = readers.computeIfAbsent(schemaId, this::readerOf).read(reused, decoder);
        } catch (IOException failure) {
            throw new IllegalArgumentException("no record of schema " + schemaId, failure);
        }
        String source = (String) reused.get(sourceAt);
        String eventId = (String) reused.get(eventIdAt);
        String eventKey = eventKeys.keyOf(source, eventId);
        return new Event(
                eventId, eventKey, eventKeys.first64(), channel, source, (String) reused.get(typeAt),
                (Long) reused.get(occurredAtAt), receivedAt, schemaId, origin, offset,
                identifiersOf((List<?>) reused.get(identifiersAt)),
                propertiesOf((Map<?, ?>) reused.get(propertiesAt)));
    }

    private DatumReader<GenericRecord> readerOf(int schemaId) {
        GenericData data = new GenericData();
        data.setFastReaderEnabled(true);
        return new GenericDatumReader<>(registry.schema(schemaId), readerSchema, data);
    }

    /** Best first, of the types that the pipeline file names. */
    private static List<Identifier> identifiersOf(List<?> raw) {
        List<Identifier> identifiers = new ArrayList<>(raw.size());
        for (Object one : raw) {
            GenericRecord entry = (GenericRecord) one;
            Identifier identifier = Identifier.normalised((String) entry.get(0), (String) entry.get(1));
            if (identifier.rank() >= 0 && !identifiers.contains(identifier)) {
                identifiers.add(identifier);
            }
        }
        if (identifiers.size() > 1) {
            identifiers.sort(Comparator.comparingInt(Identifier::rank).thenComparing(Identifier::value));
        }
        return identifiers;
    }

    private static Object[] propertiesOf(Map<?, ?> raw) {
        Object[] values = new Object[Properties.NAMES.size()];
        if (raw.isEmpty()) {
            return values;
        }
        for (int place = 0; place < values.length; place++) {
            Object value = raw.get(Properties.NAMES.get(place));
            if (value instanceof String || value instanceof Long || value instanceof Double || value instanceof Boolean) {
                values[place] = value;
            }
        }
        return values;
    }
}
