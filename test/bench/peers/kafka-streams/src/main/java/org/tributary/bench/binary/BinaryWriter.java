package org.tributary.bench.binary;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

/** A growing buffer in ClickHouse's RowBinary conventions (little endian, LEB128 lengths), which events and states use as well. */
public final class BinaryWriter {
    private static final VarHandle INT =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private byte[] bytes;
    private int length;

    public BinaryWriter(int capacity) {
        bytes = new byte[capacity];
    }

    public int length() {
        return length;
    }

    public void clear() {
        length = 0;
    }

    /** The buffer itself, good up to `length` until the next write. */
    public byte[] array() {
        return bytes;
    }

    public byte[] toByteArray() {
        return Arrays.copyOf(bytes, length);
    }

    private void room(int more) {
        if (length + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
        }
    }

    public void writeByte(int value) {
        room(1);
        bytes[length++] = (byte) value;
    }

    public void writeShort(int value) {
        room(2);
        bytes[length++] = (byte) value;
        bytes[length++] = (byte) (value >> 8);
    }

    public void writeInt(int value) {
        room(4);
        INT.set(bytes, length, value);
        length += 4;
    }

    public void writeLong(long value) {
        room(8);
        LONG.set(bytes, length, value);
        length += 8;
    }

    public void writeDouble(double value) {
        writeLong(Double.doubleToRawLongBits(value));
    }

    public void writeLength(int value) {
        room(5);
        int rest = value;
        while (rest >= 0x80) {
            bytes[length++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[length++] = (byte) rest;
    }

    public void writeBytes(byte[] value) {
        room(value.length);
        System.arraycopy(value, 0, bytes, length, value.length);
        length += value.length;
    }

    public void writeString(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        writeLength(utf8.length);
        writeBytes(utf8);
    }

    /** As ClickHouse holds a UUID: two little-endian halves. */
    public void writeUuid(UUID value) {
        writeLong(value.getMostSignificantBits());
        writeLong(value.getLeastSignificantBits());
    }

    public void writeNull() {
        writeByte(1);
    }

    public void writePresent() {
        writeByte(0);
    }
}
