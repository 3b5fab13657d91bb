package org.tributary.bench.input;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.apache.kafka.streams.state.ValueAndTimestamp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.bench.event.Event;
import org.tributary.bench.event.Identifier;

/** Decodes a raw event, finds its profile by its best identifier, and sends it on under the profile's id. */
public final class AssignProcessor implements Processor<byte[], byte[], UUID, Event> {
    private static final Logger LOG = LoggerFactory.getLogger(AssignProcessor.class);

    private final Map<String, Event.Channel> channelOfTopic;
    private final String assignments;
    private final RawEventDecoder decoder;
    private final Map<String, String> origins = new HashMap<>();
    private ProcessorContext<UUID, Event> context;
    private ReadOnlyKeyValueStore<String, ValueAndTimestamp<UUID>> profileOfIdentifier;

    public AssignProcessor(Map<String, Event.Channel> channelOfTopic, String assignments, Registry registry) {
        this.channelOfTopic = channelOfTopic;
        this.assignments = assignments;
        this.decoder = new RawEventDecoder(registry);
    }

    @Override
    public void init(ProcessorContext<UUID, Event> newContext) {
        context = newContext;
        profileOfIdentifier = context.getStateStore(assignments);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        RecordMetadata place = context.recordMetadata().orElseThrow();
        Event event;
        try {
            event = decoder.decode(
                    record.value(),
                    channelOfTopic.get(place.topic()),
                    originOf(place),
                    place.offset(),
                    record.timestamp());
        } catch (IllegalArgumentException unreadable) {
            // Dead letters are not its part of the race; without its content, which is somebody's.
            LOG.warn("left out {} {} {}: {}", place.topic(), place.partition(), place.offset(), unreadable.getMessage());
            return;
        }
        context.forward(record.withKey(profileOf(event)).withValue(event));
    }

    private String originOf(RecordMetadata place) {
        return origins.computeIfAbsent(
                place.topic() + '/' + place.partition(),
                key -> "raw/" + place.topic() + "/0/" + place.partition());
    }

    /** Of the first identifier that is assigned; unassigned ones make a profile of their own, no identifier at all is nobody's. */
    private UUID profileOf(Event event) {
        for (Identifier identifier : event.identifiers()) {
            ValueAndTimestamp<UUID> assigned = profileOfIdentifier.get(identifier.assignmentKey());
            if (assigned != null) {
                return assigned.value();
            }
        }
        String name = event.identifiers().isEmpty() ? event.eventKey() : event.fragment();
        return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
    }
}
