package org.tributary.bench.segment;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * One segment: text and meaning of its rules.
 *
 * @param group   of its segments a profile is in at most one; null: none
 * @param exit    null: out as soon as `enter` no longer holds
 * @param reads   names of the features that the rules read, sorted
 * @param hearsOf bits of the features whose change can change it, those of its group's other segments included
 */
public record Segment(
        String name,
        int priority,
        String group,
        String ruleHash,
        Condition enter,
        Condition exit,
        List<String> reads,
        int hearsOf) {

    static Segment of(Written written, int hearsOf) {
        return new Segment(
                written.name,
                written.priority,
                written.group,
                written.hash(),
                written.enter,
                written.exit,
                Arrays.stream(written.reads).sorted().toList(),
                hearsOf);
    }

    /** As it stands in the file. */
    record Written(
            String name,
            int priority,
            String group,
            String purpose,
            String enterText,
            Condition enter,
            String exitText,
            Condition exit,
            int readsBits,
            String... reads) {

        /** The same as long as the rule means the same; made as Tributary makes it. */
        String hash() {
            try {
                Object[] parts = {enterText, exitText, null, priority, group, purpose};
                byte[] json = new ObjectMapper().writeValueAsString(parts).getBytes(StandardCharsets.UTF_8);
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(json);
                return Base64.getUrlEncoder().withoutPadding().encodeToString(digest).substring(0, 10);
            } catch (IOException | NoSuchAlgorithmException impossible) {
                throw new IllegalStateException(impossible);
            }
        }
    }
}
