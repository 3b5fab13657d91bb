package org.tributary.bench.segment;

import java.util.UUID;

/** A profile entered or left a segment. */
public record Transition(
        UUID profile,
        String segment,
        boolean entered,
        long at,
        String cause,
        long version,
        int seq,
        String ruleHash,
        String because) {
    /** Version of the pipeline file, which this contestant has one of. */
    public static final long DEFINITION = 1;
}
