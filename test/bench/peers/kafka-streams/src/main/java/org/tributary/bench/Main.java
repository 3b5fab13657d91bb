package org.tributary.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.streams.KafkaStreams;
import org.tributary.bench.check.SelfCheck;
import org.tributary.bench.topology.RaceTopology;
import org.tributary.bench.topology.StreamsSettings;

/** Runs the contestant until it is told to end (README.md). Says on stdout, one JSON object a line, what it is set to and how far it is. */
public final class Main {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(60);

    private Main() {}

    public static void main(String[] words) throws Exception {
        if (List.of(words).contains("--self-check")) {
            SelfCheck.run(words, System.out);
            return;
        }
        Arguments arguments;
        try {
            arguments = Arguments.parse(words);
        } catch (IllegalArgumentException wrong) {
            System.err.println(wrong.getMessage());
            System.exit(2);
            return;
        }
        System.exit(run(arguments));
    }

    private static int run(Arguments arguments) throws Exception {
        Properties settings = StreamsSettings.of(arguments);
        say(settingsOf(arguments, settings));
        createSegmentsTopic(arguments);
        LongAdder applied = new LongAdder();
        CountDownLatch ended = new CountDownLatch(1);
        try (KafkaStreams streams =
                new KafkaStreams(RaceTopology.build(arguments, applied).build(settings), settings)) {
            streams.setStateListener((state, before) -> {
                if (state == KafkaStreams.State.RUNNING) {
                    say(Map.of("state", "running"));
                } else if (state == KafkaStreams.State.ERROR) {
                    ended.countDown();
                }
            });
            closeWhenTold(streams);
            streams.start();
            while (!ended.await(1, TimeUnit.SECONDS)) {
                say(Map.of("applied", applied.sum()));
            }
        }
        say(Map.of("state", "failed"));
        return 1;
    }

    /** SIGTERM ends it cleanly, with status 0: a hook that returned would leave the signal's. */
    private static void closeWhenTold(KafkaStreams streams) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            if (streams.state() == KafkaStreams.State.ERROR) {
                return;
            }
            boolean closed = streams.close(CLOSE_WITHIN);
            System.out.flush();
            Runtime.getRuntime().halt(closed ? 0 : 1);
        }));
    }

    private static Map<String, Object> settingsOf(Arguments arguments, Properties settings) {
        Map<String, Object> all = new TreeMap<>(StreamsSettings.asPrinted(settings));
        all.put("arguments", JSON.convertValue(arguments, Map.class));
        all.put("jvm", Map.of(
                "version", System.getProperty("java.vm.name") + " " + System.getProperty("java.version"),
                "flags", ManagementFactory.getRuntimeMXBean().getInputArguments(),
                "processors", Runtime.getRuntime().availableProcessors(),
                "heap_max_bytes", Runtime.getRuntime().maxMemory()));
        return Map.of("settings", all);
    }

    /** Streams makes its own topics, those between it and others are somebody's. As many partitions as the raw topics have. */
    private static void createSegmentsTopic(Arguments arguments) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, arguments.bootstrap()))) {
            Set<String> known = admin.listTopics().names().get();
            if (known.contains(arguments.segments())) {
                return;
            }
            int partitions = admin.describeTopics(arguments.channelOfTopic().keySet()).allTopicNames().get().values()
                    .stream()
                    .mapToInt(topic -> topic.partitions().size())
                    .max()
                    .orElse(1);
            admin.createTopics(List.of(new NewTopic(arguments.segments(), Optional.of(partitions), Optional.empty())))
                    .all()
                    .get();
        }
    }

    private static synchronized void say(Map<String, ?> what) {
        try {
            System.out.println(JSON.writeValueAsString(what));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
