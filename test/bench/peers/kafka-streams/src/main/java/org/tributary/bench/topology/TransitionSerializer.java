package org.tributary.bench.topology;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.serialization.Serializer;
import org.tributary.bench.segment.Transition;

/** Changes of segments in the public schema, Confluent wire format. Shared by all threads. */
final class TransitionSerializer implements Serializer<Transition> {
    private final Schema schema;
    private final int schemaId;
    private final GenericDatumWriter<GenericRecord> writer;

    TransitionSerializer(Schema schema, int schemaId) {
        this.schema = schema;
        this.schemaId = schemaId;
        this.writer = new GenericDatumWriter<>(schema);
    }

    @Override
    public byte[] serialize(String topic, Transition transition) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        out.write(0);
        out.writeBytes(ByteBuffer.allocate(4).putInt(schemaId).array());
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        try {
            writer.write(recordOf(transition), encoder);
            encoder.flush();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return out.toByteArray();
    }

    private GenericRecord recordOf(Transition transition) {
        GenericRecord record = new GenericData.Record(schema);
        record.put("profileId", transition.profile().toString());
        record.put("segment", transition.segment());
        record.put("to", symbol("to", transition.entered() ? "entered" : "exited"));
        record.put("at", transition.at());
        record.put("cause", symbol("cause", transition.cause()));
        record.put("version", Long.toUnsignedString(transition.version()));
        record.put("seq", transition.seq());
        record.put("definition", Transition.DEFINITION);
        record.put("ruleHash", transition.ruleHash());
        record.put("because", transition.because());
        return record;
    }

    private GenericData.EnumSymbol symbol(String field, String name) {
        return new GenericData.EnumSymbol(schema.getField(field).schema(), name);
    }
}
