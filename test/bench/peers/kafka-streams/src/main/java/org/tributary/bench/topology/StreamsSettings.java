package org.tributary.bench.topology;

import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.tributary.bench.Arguments;

/** What Kafka Streams is told; README.md has a reason and a source for each. */
public final class StreamsSettings {
    private StreamsSettings() {}

    public static Properties of(Arguments arguments) {
        Properties settings = new Properties();
        settings.put(StreamsConfig.APPLICATION_ID_CONFIG, arguments.applicationId());
        settings.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.bootstrap());
        settings.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, arguments.guarantee());
        settings.put(StreamsConfig.STATE_DIR_CONFIG, arguments.stateDir());
        settings.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, arguments.threads());
        settings.put(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.OPTIMIZE);
        settings.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, arguments.commitMs());
        settings.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, 0);
        settings.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, RocksDbSettings.class.getName());
        settings.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5_000);
        settings.put(StreamsConfig.METRICS_RECORDING_LEVEL_CONFIG, "INFO");
        settings.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        consumer(settings, ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        // The race lets its contestants stand still while their topics are filled: that is not being dead.
        consumer(settings, ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, arguments.sessionTimeoutMs());
        consumer(settings, ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, 600_000);
        consumer(settings, ConsumerConfig.MAX_POLL_RECORDS_CONFIG, 5_000);
        consumer(settings, ConsumerConfig.FETCH_MIN_BYTES_CONFIG, 64 * 1024);
        consumer(settings, ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
        consumer(settings, ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, 4 * 1024 * 1024);
        producer(settings, ProducerConfig.LINGER_MS_CONFIG, 100);
        producer(settings, ProducerConfig.BATCH_SIZE_CONFIG, 256 * 1024);
        producer(settings, ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        producer(settings, ProducerConfig.BUFFER_MEMORY_CONFIG, 64L << 20);
        // A commit waits for ClickHouse, which may be away for a while.
        producer(settings, ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, 60_000);
        return settings;
    }

    private static void consumer(Properties settings, String name, Object value) {
        settings.put(StreamsConfig.mainConsumerPrefix(name), value);
    }

    private static void producer(Properties settings, String name, Object value) {
        settings.put(StreamsConfig.producerPrefix(name), value);
    }

    /** Everything that holds, defaults included, of Streams and of its consumers and producers. */
    public static Map<String, Object> asPrinted(Properties settings) {
        StreamsConfig config = new StreamsConfig(settings);
        Map<String, Object> printed = new TreeMap<>();
        printed.put("streams", plain(config.values()));
        Map<String, Object> consumer = config.getMainConsumerConfigs("race", "race", 0);
        Map<String, Object> producer = config.getProducerConfigs("race");
        // Streams gives its clients serializers of bytes, not settings.
        consumer.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        consumer.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        producer.put(ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        producer.put(ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG, ByteArraySerializer.class);
        printed.put("consumer", plain(new ConsumerConfig(consumer).values()));
        printed.put("producer", plain(new ProducerConfig(producer).values()));
        printed.put("rocksdb", new TreeMap<>(RocksDbSettings.asPrinted()));
        return printed;
    }

    private static Map<String, Object> plain(Map<String, ?> values) {
        Map<String, Object> plain = new TreeMap<>();
        values.forEach((name, value) -> {
            boolean isPlain = value instanceof Number || value instanceof Boolean;
            if (value != null && !value.equals("")) {
                plain.put(name, isPlain ? value : String.valueOf(value));
            }
        });
        return plain;
    }
}
