package org.tributary.bench.sink;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

/**
 * The rows of all tasks of one stream thread, which are committed together: one insert per table and commit, not one per task. First the rows are
 * stored, then the states are put: had a crash the states alone, the replay would take their events for duplicates and write no rows.
 */
public final class ThreadFlush {
    /** A task with something to flush. */
    public interface Participant {
        /** Adds what a flush says once: rows of what changed. */
        void addRows(ThreadFlush flush);

        /** All rows are stored. */
        void rowsAreStored();
    }

    private final ClickHouse clickHouse;
    private final Map<Table, Rows> rows = new EnumMap<>(Table.class);
    private final Set<Participant> participants = new LinkedHashSet<>();

    public ThreadFlush(ClickHouse clickHouse) {
        this.clickHouse = clickHouse;
        for (Table table : Table.values()) {
            rows.put(table, new Rows());
        }
    }

    public void join(Participant participant) {
        participants.add(participant);
    }

    public void leave(Participant participant) {
        participants.remove(participant);
    }

    public Rows of(Table table) {
        return rows.get(table);
    }

    /** For all tasks of the thread; for the others before their own turn, which then finds nothing to do. */
    public void flush() {
        participants.forEach(participant -> participant.addRows(this));
        clickHouse.insert(rows);
        rows.values().forEach(Rows::clear);
        participants.forEach(Participant::rowsAreStored);
    }
}
