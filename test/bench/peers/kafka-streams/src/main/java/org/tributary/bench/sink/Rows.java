package org.tributary.bench.sink;

import org.tributary.bench.binary.BinaryWriter;

/** Rows of one table that wait for the next insert, encoded. */
public final class Rows {
    private final BinaryWriter bytes = new BinaryWriter(1 << 16);
    private int count;

    public BinaryWriter bytes() {
        return bytes;
    }

    public int count() {
        return count;
    }

    void added() {
        count++;
    }

    void clear() {
        bytes.clear();
        count = 0;
    }
}
