package org.tributary.bench.binary;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Reads what a `BinaryWriter` wrote. */
public final class BinaryReader {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private final byte[] bytes;
    private int at;

    public BinaryReader(byte[] bytes) {
        this.bytes = bytes;
    }

    public int readByte() {
        return bytes[at++];
    }

    public int readShort() {
        int low = bytes[at++] & 0xff;
        return low | (bytes[at++] << 8);
    }

    public int readInt() {
        int value = (int) INT.get(bytes, at);
        at += 4;
        return value;
    }

    public long readLong() {
        long value = (long) LONG.get(bytes, at);
        at += 8;
        return value;
    }

    public double readDouble() {
        return Double.longBitsToDouble(readLong());
    }

    public int readLength() {
        int value = 0;
        for (int shift = 0; ; shift += 7) {
            int one = bytes[at++];
            value |= (one & 0x7f) << shift;
            if (one >= 0) {
                return value;
            }
        }
    }

    public String readString() {
        int length = readLength();
        String value = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return value;
    }
}
