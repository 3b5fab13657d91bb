package org.tributary.bench.feature;

import org.tributary.bench.event.Event;
import org.tributary.bench.event.Properties;

/** Money in whole numbers of 1/10,000: Decimal(18,4) without a floating point. */
public final class Money {
    public static final double UNITS_PER_ONE = 10_000;
    /** No amount. */
    public static final long NONE = Long.MIN_VALUE;
    /** Of one amount: what a double holds exactly. */
    private static final double UNITS_MAX = 9_007_199_254_740_991d;
    /** Decimal(18,4) holds 18 digits. */
    private static final long DECIMAL_UNITS_MAX = 999_999_999_999_999_999L;

    private Money() {}

    /** Units of `properties.total`, if that is an amount in euro. */
    public static long totalOf(Event event) {
        Object[] properties = event.properties();
        if (!"EUR".equals(properties[Properties.CURRENCY])
                || !(properties[Properties.TOTAL] instanceof Number total)) {
            return NONE;
        }
        double value = total.doubleValue();
        double units = Math.floor(Math.abs(value) * UNITS_PER_ONE + 0.5);
        return units <= UNITS_MAX ? (long) (value < 0 ? -units : units) : NONE;
    }

    /** Whether a column can hold it; beyond, null is said rather than something wrong. */
    public static boolean fits(long units) {
        return Math.abs(units) <= DECIMAL_UNITS_MAX;
    }
}
