package org.tributary.bench.segment;

import java.util.function.Function;
import org.tributary.bench.feature.Decay;
import org.tributary.bench.feature.DecayedSum;
import org.tributary.bench.feature.Features;
import org.tributary.bench.segment.Condition.Verdict;

/** What the rules of the race's pipeline file are made of. */
final class Rules {
    private Rules() {}

    /** `feature >= constant`. What has not happened is 0. */
    static Condition atLeast(Function<Features, DecayedSum> feature, double constant) {
        Threshold threshold = new Threshold(constant);
        return (features, evaluation) -> Verdict.of(reaches(feature.apply(features), threshold, evaluation));
    }

    /** `feature < constant`. */
    static Condition below(Function<Features, DecayedSum> feature, double constant) {
        Threshold threshold = new Threshold(constant);
        return (features, evaluation) -> Verdict.of(!reaches(feature.apply(features), threshold, evaluation));
    }

    /** A value that fades falls below a constant once, and never comes back by itself. */
    private static boolean reaches(DecayedSum value, Threshold threshold, Condition.Evaluation evaluation) {
        boolean reached = value.isPresent() && threshold.isReached(value.valueAt(evaluation.at));
        evaluation.until = reached ? threshold.leftAt(value, evaluation.at) : Condition.NEVER;
        return reached;
    }

    static Condition ordersEqual(long number) {
        return (features, evaluation) -> {
            evaluation.until = Condition.NEVER;
            return Verdict.of(features.orders() == number);
        };
    }

    static Condition ordersAtLeast(long number) {
        return (features, evaluation) -> {
            evaluation.until = Condition.NEVER;
            return Verdict.of(features.orders() >= number);
        };
    }

    /** `age(last_order_at) <= days(n)`. */
    static Condition orderedWithinDays(int days) {
        return (features, evaluation) -> orderedWithin(features, days, evaluation);
    }

    /** `age(last_order_at) > days(n)`. */
    static Condition orderedLongerAgoThanDays(int days) {
        return (features, evaluation) -> switch (orderedWithin(features, days, evaluation)) {
            case TRUE -> Verdict.FALSE;
            case FALSE -> Verdict.TRUE;
            case UNKNOWN -> Verdict.UNKNOWN;
        };
    }

    private static Verdict orderedWithin(Features features, int days, Condition.Evaluation evaluation) {
        evaluation.until = Condition.NEVER;
        if (!features.hasOrdered()) {
            return Verdict.UNKNOWN;
        }
        long last = features.lastOrderAt() + days * Decay.DAY_MS;
        if (evaluation.at > last) {
            return Verdict.FALSE;
        }
        evaluation.until = last + 1;
        return Verdict.TRUE;
    }
}
