package org.tributary.bench.feature;

/** What halves once per half-life. Weights are relative to the newest event, never to a fixed landmark. */
public final class Decay {
    public static final long DAY_MS = 86_400_000L;

    private Decay() {}

    /** Weight left of `amount` after `elapsedMs`; negative time never amplifies. */
    public static double of(double amount, long elapsedMs, long halfLifeMs) {
        return elapsedMs <= 0 ? amount : amount * Math.pow(2, -(double) elapsedMs / halfLifeMs);
    }
}
