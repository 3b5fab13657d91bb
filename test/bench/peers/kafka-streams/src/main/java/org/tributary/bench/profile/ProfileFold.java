package org.tributary.bench.profile;

import java.util.function.Consumer;
import org.tributary.bench.event.Event;
import org.tributary.bench.segment.Decider;
import org.tributary.bench.segment.Transition;

/** Folds events and the passing of time into a profile: no clock, no I/O. One per thread. */
public final class ProfileFold {
    /** Timers of one profile that fire before one event at most. */
    private static final int TIMERS_MAX = 1000;

    private final Decider decider = new Decider();

    /** False: the event is a duplicate, and nothing changed. */
    public boolean apply(Profile profile, Event event, long clock, long version, Consumer<Transition> tell) {
        if (!profile.recentIds().add(event.idHash(), clock)) {
            return false;
        }
        int told = passTime(profile, clock, version, tell);
        int changed = profile.features().apply(event);
        boolean isNew = profile.events() == 0;
        profile.saw(event);
        decider.decide(
                profile,
                isNew ? Decider.ANYTHING : changed,
                new Decider.Occasion("event", clock, version, told),
                tell);
        profile.touched(version, clock);
        return true;
    }

    /** Lets whatever is due by `clock` happen, each at its own moment. Returns the number of transitions. */
    private int passTime(Profile profile, long clock, long version, Consumer<Transition> tell) {
        int told = 0;
        for (int fired = 0; fired < TIMERS_MAX && profile.timer() <= clock; fired++) {
            told += decider.decide(
                    profile,
                    Decider.ANYTHING,
                    new Decider.Occasion("timer", profile.timer(), version, told),
                    tell);
        }
        return told;
    }

    /** The profile's timer is due and no event comes: a version of its own, between those of events. */
    public void tick(Profile profile, long clock, Consumer<Transition> tell) {
        long version = profile.version() + 1;
        passTime(profile, clock, version, tell);
        profile.touched(version, clock);
    }
}
