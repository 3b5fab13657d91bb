package org.tributary.bench.feature;

import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** A mean whose older values weigh less. Sum and count fade alike, so the mean does not move in time. */
public final class DecayedMean {
    private final long halfLifeMs;
    private long ref;
    private double sum;
    /** 0: no value yet. The newest value weighs 1, so that it is never less afterwards. */
    private double count;

    public DecayedMean(long halfLifeMs) {
        this.halfLifeMs = halfLifeMs;
    }

    public boolean isPresent() {
        return count > 0;
    }

    public double mean() {
        return sum / count;
    }

    public void add(double amount, long at) {
        if (count == 0) {
            ref = at;
            sum = amount;
            count = 1;
        } else if (at >= ref) {
            double factor = Decay.of(1, at - ref, halfLifeMs);
            ref = at;
            sum = sum * factor + amount;
            count = count * factor + 1;
        } else {
            double weight = Decay.of(1, ref - at, halfLifeMs);
            sum += amount * weight;
            count += weight;
        }
    }

    public void write(BinaryWriter out) {
        out.writeDouble(count);
        if (count > 0) {
            out.writeLong(ref);
            out.writeDouble(sum);
        }
    }

    public void read(BinaryReader in) {
        count = in.readDouble();
        if (count > 0) {
            ref = in.readLong();
            sum = in.readDouble();
        }
    }
}
