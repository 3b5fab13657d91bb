package org.tributary.bench.topology;

import java.util.ArrayList;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.Stores;
import org.tributary.bench.Arguments;
import org.tributary.bench.event.EventSerde;
import org.tributary.bench.input.AssignProcessor;
import org.tributary.bench.input.Registry;
import org.tributary.bench.input.Schemas;
import org.tributary.bench.profile.ProfileIdSerde;
import org.tributary.bench.profile.ProfileProcessor;
import org.tributary.bench.segment.Transition;
import org.tributary.bench.sink.ClickHouse;
import org.tributary.bench.sink.CommitHook;
import org.tributary.bench.sink.ThreadFlush;

/**
 * Raw topics → decode, look up the profile → repartition by profile → fold → segment changes. Rows leave by `ThreadFlush`.
 */
public final class RaceTopology {
    private static final String ASSIGNMENTS = "assignments";
    private static final String PROFILES = "profiles";
    private static final String COMMIT_HOOK = "before-commit";

    private RaceTopology() {}

    public static StreamsBuilder build(Arguments arguments, LongAdder applied) {
        Registry registry = new Registry(arguments.registry());
        ClickHouse clickHouse = new ClickHouse(arguments.clickHouse(), arguments.database());
        ThreadLocal<ThreadFlush> flushes = ThreadLocal.withInitial(() -> new ThreadFlush(clickHouse));
        Serde<UUID> profileId = new ProfileIdSerde();
        StreamsBuilder builder = new StreamsBuilder();

        builder.globalTable(
                arguments.assignments(),
                Consumed.with(Serdes.String(), ProfileIdSerde.ofText()),
                Materialized.<String, UUID>as(Stores.inMemoryKeyValueStore(ASSIGNMENTS))
                        .withKeySerde(Serdes.String())
                        .withValueSerde(ProfileIdSerde.ofText()));
        // No cache: what is decoded stays at hand in the processor, and is put once per commit.
        builder.addStateStore(Stores.keyValueStoreBuilder(
                        Stores.persistentKeyValueStore(PROFILES), profileId, Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(Map.of()));
        builder.addStateStore(CommitHook.builder(COMMIT_HOOK));

        ProfileProcessor.Options options = new ProfileProcessor.Options(
                PROFILES, COMMIT_HOOK, arguments.eventsPerCommitMax(), arguments.hotMax(), arguments.now());
        builder.stream(
                        new ArrayList<>(arguments.channelOfTopic().keySet()),
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .process(
                        () -> new AssignProcessor(arguments.channelOfTopic(), ASSIGNMENTS, registry),
                        Named.as("assign"))
                .repartition(Repartitioned.with(profileId, new EventSerde()).withName("by-profile"))
                .process(
                        () -> new ProfileProcessor(options, flushes::get, applied),
                        Named.as("fold"),
                        PROFILES,
                        COMMIT_HOOK)
                .to(arguments.segments(), Produced.with(Serdes.UUID(), transitions(arguments, registry)));
        return builder;
    }

    private static Serde<Transition> transitions(Arguments arguments, Registry registry) {
        Schema schema = Schemas.segmentTransition();
        int id = registry.idOf(arguments.segments(), schema);
        return Serdes.serdeFrom(new TransitionSerializer(schema, id), (topic, bytes) -> {
            throw new UnsupportedOperationException("transitions are only written");
        });
    }
}
