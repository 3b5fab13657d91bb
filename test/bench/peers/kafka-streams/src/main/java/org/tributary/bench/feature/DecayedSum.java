package org.tributary.bench.feature;

import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** A sum that halves once per half-life: its value at the time of the newest event. A decayed count adds ones. */
public final class DecayedSum {
    public final long halfLifeMs;
    private boolean present;
    private long ref;
    private double sum;

    public DecayedSum(long halfLifeMs) {
        this.halfLifeMs = halfLifeMs;
    }

    public boolean isPresent() {
        return present;
    }

    public long ref() {
        return ref;
    }

    public double valueAtRef() {
        return sum;
    }

    /** The value at a moment; before the reference time that of the reference time. */
    public double valueAt(long at) {
        return Decay.of(sum, at - ref, halfLifeMs);
    }

    public void add(double amount, long at) {
        if (!present) {
            present = true;
            ref = at;
            sum = amount;
        } else if (at >= ref) {
            sum = Decay.of(sum, at - ref, halfLifeMs) + amount;
            ref = at;
        } else {
            sum += Decay.of(amount, ref - at, halfLifeMs);
        }
    }

    public void write(BinaryWriter out) {
        out.writeByte(present ? 1 : 0);
        if (present) {
            out.writeLong(ref);
            out.writeDouble(sum);
        }
    }

    public void read(BinaryReader in) {
        present = in.readByte() != 0;
        if (present) {
            ref = in.readLong();
            sum = in.readDouble();
        }
    }
}
