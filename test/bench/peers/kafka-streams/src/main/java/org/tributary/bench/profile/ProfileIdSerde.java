package org.tributary.bench.profile;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/** Profile ids as sixteen bytes; Kafka's own serde writes 36 characters. */
public final class ProfileIdSerde implements Serde<UUID> {
    @Override
    public Serializer<UUID> serializer() {
        return (topic, id) -> id == null
                ? null
                : ByteBuffer.allocate(16)
                        .putLong(id.getMostSignificantBits())
                        .putLong(id.getLeastSignificantBits())
                        .array();
    }

    @Override
    public Deserializer<UUID> deserializer() {
        return (topic, bytes) -> {
            if (bytes == null) {
                return null;
            }
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return new UUID(buffer.getLong(), buffer.getLong());
        };
    }

    /** As the topic with the assignments has them: text. */
    public static Serde<UUID> ofText() {
        return Serdes.serdeFrom(
                (topic, id) -> id == null ? null : id.toString().getBytes(StandardCharsets.UTF_8),
                (topic, bytes) -> bytes == null ? null : UUID.fromString(new String(bytes, StandardCharsets.UTF_8)));
    }
}
