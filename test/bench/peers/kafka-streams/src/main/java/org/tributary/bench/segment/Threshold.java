package org.tributary.bench.segment;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import org.tributary.bench.feature.DecayedSum;

/**
 * A constant that fading values are compared with. Rules see values in 12 significant digits, so that the order of additions can't decide a
 * membership; since rounding is monotone, the smallest value that rounds up to the constant says the same without rounding each one.
 */
public final class Threshold {
    private static final MathContext TWELVE_DIGITS = new MathContext(12, RoundingMode.HALF_UP);

    private final double constant;
    private final double reached;

    public Threshold(double constant) {
        this.constant = constant;
        this.reached = smallestRoundingTo(constant);
    }

    /** A number in 12 significant digits. */
    public static BigDecimal rounded(double value) {
        return new BigDecimal(value).round(TWELVE_DIGITS);
    }

    private static double smallestRoundingTo(double constant) {
        long below = Double.doubleToRawLongBits(constant * (1 - 1e-9));
        long above = Double.doubleToRawLongBits(constant);
        while (above - below > 1) {
            long middle = below + (above - below) / 2;
            if (rounded(Double.longBitsToDouble(middle)).doubleValue() >= constant) {
                above = middle;
            } else {
                below = middle;
            }
        }
        return Double.longBitsToDouble(above);
    }

    public boolean isReached(double value) {
        return value >= reached;
    }

    /** First millisecond after `at`, where the value still reaches the constant, at which it does not. */
    public long leftAt(DecayedSum value, long at) {
        double halvings = Math.log(value.valueAtRef() / constant) / Math.log(2);
        long guess = Math.max(at, value.ref() + (long) Math.floor(value.halfLifeMs * halvings));
        // The closed form is right to a millisecond or two.
        if (isReached(value.valueAt(guess))) {
            do {
                guess++;
            } while (isReached(value.valueAt(guess)));
            return guess;
        }
        while (guess - 1 > at && !isReached(value.valueAt(guess - 1))) {
            guess--;
        }
        return guess;
    }
}
