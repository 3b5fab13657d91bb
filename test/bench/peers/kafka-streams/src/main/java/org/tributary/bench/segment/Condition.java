package org.tributary.bench.segment;

import org.tributary.bench.feature.Features;

/** Part of a rule: what it says of a profile's features at `evaluation.at`, and until when time alone can't change that. */
@FunctionalInterface
public interface Condition {
    enum Verdict {
        FALSE,
        TRUE,
        /** It reads what has not happened: never enters, never exits. */
        UNKNOWN;

        static Verdict of(boolean holds) {
            return holds ? TRUE : FALSE;
        }
    }

    /** Never. */
    long NEVER = Long.MAX_VALUE;

    /** Asked again and again: one object for all questions of a thread. */
    final class Evaluation {
        long at;
        /** First millisecond after `at` at which time alone may change what was just said; NEVER. */
        long until;
    }

    /** Sets `evaluation.until`. */
    Verdict test(Features features, Evaluation evaluation);

    static Condition and(Condition... parts) {
        return all(Verdict.FALSE, parts);
    }

    static Condition or(Condition... parts) {
        return all(Verdict.TRUE, parts);
    }

    private static Condition all(Verdict settling, Condition[] parts) {
        Condition joined = parts[0];
        for (int place = 1; place < parts.length; place++) {
            joined = settledBy(settling, joined, parts[place]);
        }
        return joined;
    }

    /** Kleene's `and` (settled by a false part) and `or` (by a true one): it stays settled until the last settling part may change. */
    private static Condition settledBy(Verdict settling, Condition left, Condition right) {
        Verdict otherwise = settling == Verdict.FALSE ? Verdict.TRUE : Verdict.FALSE;
        return (features, evaluation) -> {
            Verdict a = left.test(features, evaluation);
            if (a == settling && evaluation.until == NEVER) {
                return settling;
            }
            long untilA = evaluation.until;
            Verdict b = right.test(features, evaluation);
            long untilB = evaluation.until;
            if (a == settling || b == settling) {
                evaluation.until = a != settling ? untilB : b != settling ? untilA : Math.max(untilA, untilB);
                return settling;
            }
            evaluation.until = Math.min(untilA, untilB);
            return a == Verdict.UNKNOWN || b == Verdict.UNKNOWN ? Verdict.UNKNOWN : otherwise;
        };
    }
}
