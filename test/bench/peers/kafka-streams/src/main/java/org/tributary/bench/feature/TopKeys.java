package org.tributary.bench.feature;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;

/** The keys that weigh most lately, each with its weight at its own newest event. Ten times as many are kept as are shown. */
public final class TopKeys {
    /** A key lighter than this share of the heaviest can't come back into view before others do. */
    private static final double PRUNE_SHARE = 1e-6;
    private static final int KEPT_PER_SHOWN = 10;
    private static final int KEY_LENGTH_MAX = 512;

    /** A key with its weight at the reference time. */
    public record Entry(String key, double weight) {}

    public final long halfLifeMs;
    private final int shown;
    private long ref;
    private int size;
    private String[] keys = new String[8];
    private long[] refs = new long[8];
    private double[] weights = new double[8];

    public TopKeys(long halfLifeMs, int shown) {
        this.halfLifeMs = halfLifeMs;
        this.shown = shown;
    }

    public boolean isPresent() {
        return size > 0;
    }

    public long ref() {
        return ref;
    }

    /** False: the key is too long to be kept, and nothing changed. */
    public boolean add(String key, long at) {
        if (key.length() > KEY_LENGTH_MAX) {
            return false;
        }
        ref = size == 0 ? at : Math.max(ref, at);
        int place = placeOf(key);
        if (place < 0) {
            append(key, at, 1);
            prune();
        } else {
            long before = refs[place];
            refs[place] = Math.max(before, at);
            weights[place] = Decay.of(weights[place], at - before, halfLifeMs) + Decay.of(1, before - at, halfLifeMs);
        }
        return true;
    }

    /** Heaviest first, ties by key. */
    public Entry[] top() {
        Entry[] ranked = ranked();
        return ranked.length <= shown ? ranked : Arrays.copyOf(ranked, shown);
    }

    private int placeOf(String key) {
        for (int place = 0; place < size; place++) {
            if (keys[place].equals(key)) {
                return place;
            }
        }
        return -1;
    }

    private void append(String key, long at, double weight) {
        if (size == keys.length) {
            keys = Arrays.copyOf(keys, size * 2);
            refs = Arrays.copyOf(refs, size * 2);
            weights = Arrays.copyOf(weights, size * 2);
        }
        keys[size] = key;
        refs[size] = at;
        weights[size++] = weight;
    }

    private Entry[] ranked() {
        Entry[] entries = new Entry[size];
        for (int place = 0; place < size; place++) {
            entries[place] = new Entry(keys[place], Decay.of(weights[place], ref - refs[place], halfLifeMs));
        }
        Arrays.sort(entries, Comparator.comparingDouble(Entry::weight).reversed().thenComparing(Entry::key));
        return entries;
    }

    private void prune() {
        int max = KEPT_PER_SHOWN * shown;
        if (size <= max) {
            return;
        }
        Entry[] ranked = ranked();
        double floor = ranked[0].weight() * PRUNE_SHARE;
        int[] kept = IntStream.range(0, Math.min(max, ranked.length))
                .filter(rank -> ranked[rank].weight() >= floor)
                .map(rank -> placeOf(ranked[rank].key()))
                .toArray();
        String[] oldKeys = keys.clone();
        long[] oldRefs = refs.clone();
        double[] oldWeights = weights.clone();
        size = 0;
        for (int place : kept) {
            append(oldKeys[place], oldRefs[place], oldWeights[place]);
        }
    }

    public void write(BinaryWriter out) {
        out.writeLength(size);
        out.writeLong(ref);
        for (int place = 0; place < size; place++) {
            out.writeString(keys[place]);
            out.writeLong(refs[place]);
            out.writeDouble(weights[place]);
        }
    }

    public void read(BinaryReader in) {
        int count = in.readLength();
        ref = in.readLong();
        size = 0;
        for (int i = 0; i < count; i++) {
            append(in.readString(), in.readLong(), in.readDouble());
        }
    }
}
