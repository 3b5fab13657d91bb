package org.tributary.bench.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import org.tributary.bench.segment.Condition;

/** When which profile must be looked at again, earliest first; in memory, made anew of the store when a task starts. */
final class TimerIndex {
    private record Timer(long due, UUID profile) {}

    private final TreeSet<Timer> byDue =
            new TreeSet<>(Comparator.comparingLong(Timer::due).thenComparing(Timer::profile));
    private final Map<UUID, Timer> byProfile = new HashMap<>();

    void arm(UUID profile, long due) {
        Timer before = byProfile.get(profile);
        if (before != null) {
            if (before.due() == due) {
                return;
            }
            byDue.remove(before);
        }
        if (due == Condition.NEVER) {
            byProfile.remove(profile);
            return;
        }
        Timer timer = new Timer(due, profile);
        byProfile.put(profile, timer);
        byDue.add(timer);
    }

    List<UUID> due(long now) {
        List<UUID> due = new ArrayList<>();
        for (Timer timer : byDue) {
            if (timer.due() > now) {
                break;
            }
            due.add(timer.profile());
        }
        return due;
    }
}
