package org.tributary.bench.feature;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** Events of the last N days of UTC, today included: exact, and different at midnight with no event at all. */
public final class DayWindow {
    /** From a moment on, so many events are in the window. */
    public record Step(long from, long value) {}

    private final int days;
    private long newestAt;
    private int size;
    private int[] buckets = new int[4];
    private int[] counts = new int[4];

    public DayWindow(int days) {
        this.days = days;
    }

    public boolean isPresent() {
        return size > 0;
    }

    /** Time of the newest event. */
    public long newestAt() {
        return newestAt;
    }

    public void add(long at) {
        int bucket = bucketOf(at);
        if (size == 0 || at > newestAt) {
            newestAt = at;
            put(bucket);
            prune();
        } else if (bucket >= oldestKept()) {
            put(bucket);
        }
    }

    private static int bucketOf(long at) {
        return (int) Math.floorDiv(at, Decay.DAY_MS);
    }

    /** One bucket more than the window has: a reader may be a little behind the newest event. */
    private int oldestKept() {
        return bucketOf(newestAt) - days;
    }

    private void put(int bucket) {
        int place = size;
        while (place > 0 && buckets[place - 1] > bucket) {
            place--;
        }
        if (place > 0 && buckets[place - 1] == bucket) {
            counts[place - 1]++;
            return;
        }
        if (size == buckets.length) {
            buckets = Arrays.copyOf(buckets, size * 2);
            counts = Arrays.copyOf(counts, size * 2);
        }
        System.arraycopy(buckets, place, buckets, place + 1, size - place);
        System.arraycopy(counts, place, counts, place + 1, size - place);
        buckets[place] = bucket;
        counts[place] = 1;
        size++;
    }

    private void prune() {
        int oldest = oldestKept();
        int gone = 0;
        while (gone < size && buckets[gone] < oldest) {
            gone++;
        }
        size -= gone;
        System.arraycopy(buckets, gone, buckets, 0, size);
        System.arraycopy(counts, gone, counts, 0, size);
    }

    /** What the window says from which moment on: from the day before the newest event's, then whenever it is another number. */
    public List<Step> steps() {
        List<Step> steps = new ArrayList<>();
        int newest = bucketOf(newestAt);
        int entered = 0;
        int left = 0;
        long total = 0;
        for (int present = newest - 1; ; ) {
            while (entered < size && buckets[entered] <= present) {
                total += counts[entered++];
            }
            while (left < entered && buckets[left] <= present - days) {
                total -= counts[left++];
            }
            if (steps.isEmpty() || steps.get(steps.size() - 1).value() != total) {
                steps.add(new Step(present * Decay.DAY_MS, total));
            }
            int enters = entered < size ? buckets[entered] : Integer.MAX_VALUE;
            int leaves = left < size ? buckets[left] + days : Integer.MAX_VALUE;
            int next = present < newest ? newest : Math.min(enters, leaves);
            if (next == Integer.MAX_VALUE) {
                return steps;
            }
            present = Math.max(next, present + 1);
        }
    }

    public void write(BinaryWriter out) {
        out.writeLength(size);
        out.writeLong(newestAt);
        for (int place = 0; place < size; place++) {
            out.writeInt(buckets[place]);
            out.writeInt(counts[place]);
        }
    }

    public void read(BinaryReader in) {
        size = in.readLength();
        newestAt = in.readLong();
        buckets = new int[Math.max(4, size)];
        counts = new int[Math.max(4, size)];
        for (int place = 0; place < size; place++) {
            buckets[place] = in.readInt();
            counts[place] = in.readInt();
        }
    }
}
