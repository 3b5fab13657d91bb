package org.tributary.bench.segment;

import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** A profile in one segment, now or once. */
public final class Membership {
    /** No time. */
    public static final long NONE = Long.MIN_VALUE;

    private boolean member;
    private long enteredAt = NONE;
    private long exitedAt = NONE;
    // What the last change said, for the row; not part of the state.
    private boolean rowIsDue;
    private long version;
    private long nextChangeAt;
    private String because;

    public boolean isMember() {
        return member;
    }

    public long enteredAt() {
        return enteredAt;
    }

    public long exitedAt() {
        return exitedAt;
    }

    void move(boolean in, long at, long newVersion, long changesAt, String reason) {
        member = in;
        if (in) {
            enteredAt = at;
        } else {
            exitedAt = at;
        }
        rowIsDue = true;
        version = newVersion;
        nextChangeAt = changesAt;
        because = reason;
    }

    public boolean rowIsDue() {
        return rowIsDue;
    }

    public void rowIsWritten() {
        rowIsDue = false;
        because = null;
    }

    public long version() {
        return version;
    }

    /** As known when the membership changed; `Condition.NEVER`: never. */
    public long nextChangeAt() {
        return nextChangeAt;
    }

    /** What the rule read when the membership changed, a JSON object. */
    public String because() {
        return because;
    }

    public void write(BinaryWriter out) {
        out.writeByte(member ? 1 : 0);
        out.writeLong(enteredAt);
        out.writeLong(exitedAt);
    }

    public void read(BinaryReader in) {
        member = in.readByte() != 0;
        enteredAt = in.readLong();
        exitedAt = in.readLong();
    }
}
