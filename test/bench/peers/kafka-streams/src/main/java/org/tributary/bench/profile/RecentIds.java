package org.tributary.bench.profile;

import java.util.Arrays;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** The event ids that a profile remembers, 64 bits of the hash of each: those of 35 days, the newest 10,000 at most. */
public final class RecentIds {
    private static final int SECONDS_KEPT = 35 * 86_400;
    private static final int IDS_MAX = 10_000;

    // In the order in which they came; times in seconds of the log's clock, which only grows.
    private int size;
    private long[] ids = new long[8];
    private int[] seconds = new int[8];

    /** False: it is known already, within the window. */
    public boolean add(long id, long clock) {
        int now = (int) (clock / 1000);
        // A redelivery mostly comes soon after.
        for (int place = size - 1; place >= 0 && seconds[place] >= now - SECONDS_KEPT; place--) {
            if (ids[place] == id) {
                return false;
            }
        }
        if (size == IDS_MAX) {
            forget(IDS_MAX / 10);
        }
        if (size == ids.length) {
            ids = Arrays.copyOf(ids, size * 2);
            seconds = Arrays.copyOf(seconds, size * 2);
        }
        ids[size] = id;
        seconds[size++] = now;
        return true;
    }

    private void forget(int oldest) {
        size -= oldest;
        System.arraycopy(ids, oldest, ids, 0, size);
        System.arraycopy(seconds, oldest, seconds, 0, size);
    }

    private void forgetExpired() {
        if (size == 0) {
            return;
        }
        int from = seconds[size - 1] - SECONDS_KEPT;
        int expired = 0;
        while (seconds[expired] < from) {
            expired++;
        }
        if (expired > 0) {
            forget(expired);
        }
    }

    public void write(BinaryWriter out) {
        forgetExpired();
        out.writeLength(size);
        for (int place = 0; place < size; place++) {
            out.writeLong(ids[place]);
            out.writeInt(seconds[place]);
        }
    }

    public void read(BinaryReader in) {
        size = in.readLength();
        ids = new long[Math.max(8, size + size / 4)];
        seconds = new int[ids.length];
        for (int place = 0; place < size; place++) {
            ids[place] = in.readLong();
            seconds[place] = in.readInt();
        }
    }
}
