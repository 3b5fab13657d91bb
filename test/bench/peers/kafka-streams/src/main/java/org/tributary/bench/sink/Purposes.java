package org.tributary.bench.sink;

import java.util.List;
import org.tributary.bench.binary.BinaryWriter;

/** Every purpose of the race has a stated basis: the same map in every row. */
final class Purposes {
    private static final List<String> NAMES = List.of("service", "personalisation", "analytics");

    private Purposes() {}

    static void write(BinaryWriter out) {
        out.writeLength(NAMES.size());
        for (String name : NAMES) {
            out.writeString(name);
            out.writeString("basis");
        }
    }
}
