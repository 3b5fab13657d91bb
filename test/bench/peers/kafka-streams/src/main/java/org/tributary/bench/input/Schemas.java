package org.tributary.bench.input;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;

/** The pipeline's own Avro schemas, from the class path. */
public final class Schemas {
    private Schemas() {}

    /** What is read of a raw event: without the fields of which the race has none, whose bytes are skipped. */
    public static Schema channelEvent() {
        Schema whole = load("/avro/channels/channel-event.avsc");
        List<Schema.Field> read = whole.getFields().stream()
                .filter(field -> !field.name().equals("traits") && !field.name().equals("consent"))
                .map(field -> new Schema.Field(field, field.schema()))
                .toList();
        Schema projection = Schema.createRecord(whole.getName(), whole.getDoc(), whole.getNamespace(), false, read);
        readTextAsString(projection);
        return projection;
    }

    public static Schema segmentTransition() {
        return load("/avro/public/segment-transition.avsc");
    }

    private static Schema load(String name) {
        try (InputStream in = Schemas.class.getResourceAsStream(name)) {
            return new Schema.Parser().parse(in);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Avro's own text type would be copied into a String at once. */
    private static void readTextAsString(Schema schema) {
        switch (schema.getType()) {
            case STRING -> GenericData.setStringType(schema, GenericData.StringType.String);
            case MAP -> {
                GenericData.setStringType(schema, GenericData.StringType.String);
                readTextAsString(schema.getValueType());
            }
            case ARRAY -> readTextAsString(schema.getElementType());
            case UNION -> schema.getTypes().forEach(Schemas::readTextAsString);
            case RECORD -> schema.getFields().forEach(field -> readTextAsString(field.schema()));
            default -> { }
        }
    }
}
