package org.tributary.bench.profile;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.event.Event;
import org.tributary.bench.segment.Transition;
import org.tributary.bench.sink.CommitHook;
import org.tributary.bench.sink.EventRows;
import org.tributary.bench.sink.ProfileRows;
import org.tributary.bench.sink.SegmentRows;
import org.tributary.bench.sink.Table;
import org.tributary.bench.sink.ThreadFlush;

/** Folds events into profiles: one task's share of them. */
public final class ProfileProcessor implements Processor<UUID, Event, UUID, Transition>, ThreadFlush.Participant {
    /** Names and bounds of one contestant. */
    public record Options(String profiles, String commitHook, int eventsPerCommitMax, int hotMax, long now) {}

    private static final Duration TIMERS_EVERY = Duration.ofSeconds(1);

    private final Options options;
    private final Supplier<ThreadFlush> flushOfThisThread;
    private final LongAdder applied;
    private final ProfileFold fold = new ProfileFold();
    private final BinaryWriter state = new BinaryWriter(4096);
    private final TimerIndex timers = new TimerIndex();
    /** Decoded profiles, the coldest first. */
    private final Map<UUID, Profile> hot = new LinkedHashMap<>(1024, 0.75f, true);
    private final Set<Profile> touched = new LinkedHashSet<>();
    private ProcessorContext<UUID, Transition> context;
    private KeyValueStore<UUID, byte[]> profiles;
    private ThreadFlush flush;
    /** The log's time: only grows. */
    private long clock;

    public ProfileProcessor(Options options, Supplier<ThreadFlush> flushOfThisThread, LongAdder applied) {
        this.options = options;
        this.flushOfThisThread = flushOfThisThread;
        this.applied = applied;
        this.clock = options.now();
    }

    @Override
    public void init(ProcessorContext<UUID, Transition> newContext) {
        context = newContext;
        profiles = context.getStateStore(options.profiles());
        flush = flushOfThisThread.get();
        flush.join(this);
        CommitHook hook = context.getStateStore(options.commitHook());
        hook.beforeCommit(flush::flush);
        try (KeyValueIterator<UUID, byte[]> all = profiles.all()) {
            while (all.hasNext()) {
                KeyValue<UUID, byte[]> one = all.next();
                timers.arm(one.key, Profile.read(one.key, new BinaryReader(one.value)).timer());
            }
        }
        context.schedule(TIMERS_EVERY, PunctuationType.WALL_CLOCK_TIME, this::fireTimers);
    }

    @Override
    public void process(Record<UUID, Event> record) {
        Event event = record.value();
        clock = Math.max(clock, record.timestamp());
        RecordMetadata place = context.recordMetadata().orElseThrow();
        long version = place.offset() << 16;
        // Without an identifier it is nobody's: only kept.
        if (!event.identifiers().isEmpty()) {
            Profile profile = profileOf(record.key());
            if (!fold.apply(profile, event, clock, version, this::tell)) {
                return;
            }
            touched.add(profile);
        }
        EventRows.add(flush.of(Table.EVENTS), event, place.partition(), version, clock);
        applied.increment();
        if (flush.of(Table.EVENTS).count() >= options.eventsPerCommitMax()) {
            context.commit();
        }
    }

    private Profile profileOf(UUID id) {
        return hot.computeIfAbsent(id, absent -> {
            byte[] stored = profiles.get(id);
            return stored == null ? new Profile(id) : Profile.read(id, new BinaryReader(stored));
        });
    }

    private void tell(Transition transition) {
        SegmentRows.addTransition(flush.of(Table.TRANSITIONS), transition);
        context.forward(new Record<>(transition.profile(), transition, transition.at()));
    }

    private void fireTimers(long now) {
        clock = Math.max(clock, now);
        for (UUID id : timers.due(now)) {
            Profile profile = profileOf(id);
            // It may have been armed anew since the last flush.
            if (profile.timer() <= now) {
                fold.tick(profile, now, this::tell);
                touched.add(profile);
            }
        }
    }

    @Override
    public void addRows(ThreadFlush to) {
        for (Profile profile : touched) {
            ProfileRows.add(to.of(Table.PROFILES), profile);
            SegmentRows.addMemberships(to.of(Table.MEMBERSHIPS), profile);
        }
    }

    @Override
    public void rowsAreStored() {
        for (Profile profile : touched) {
            state.clear();
            profile.write(state);
            profiles.put(profile.id(), state.toByteArray());
            timers.arm(profile.id(), profile.timer());
        }
        touched.clear();
        Iterator<Profile> coldest = hot.values().iterator();
        for (int tooMany = hot.size() - options.hotMax(); tooMany > 0; tooMany--) {
            coldest.next();
            coldest.remove();
        }
    }

    @Override
    public void close() {
        flush.leave(this);
    }
}
