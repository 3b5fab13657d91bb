package org.tributary.bench.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tributary.bench.profile.Profile;
import org.tributary.bench.segment.Condition.Verdict;

/**
 * Decides the segments of a profile after something changed, arms its timer for the next moment at which time alone can change one, and tells
 * of transitions: exits first, then entries. One per thread.
 */
public final class Decider {
    private static final List<Segment> ALL = Segments.ALL;

    /**
     * Why it is decided, as of when, and in which version of the profile.
     *
     * @param seq transitions of this version so far
     */
    public record Occasion(String cause, long at, long version, int seq) {}

    private final Condition.Evaluation evaluation = new Condition.Evaluation();
    private final boolean[] decided = new boolean[ALL.size()];
    private final boolean[] wishes = new boolean[ALL.size()];
    private final long[] changesAt = new long[ALL.size()];
    private final List<Segment> exits = new ArrayList<>();
    private final List<Segment> entries = new ArrayList<>();

    /** Everything, whatever changed: a profile that is new, or whose timer fires. */
    public static final int ANYTHING = -1;

    /**
     * @param changed bits of the features that changed; what hears of none of them stays as it is, with its time
     * @return how many transitions there were
     */
    public int decide(Profile profile, int changed, Occasion occasion, Consumer<Transition> tell) {
        boolean any = false;
        long next = Condition.NEVER;
        for (int place = 0; place < ALL.size(); place++) {
            Segment segment = ALL.get(place);
            decided[place] = changed == ANYTHING || (segment.hearsOf() & changed) != 0;
            if (!decided[place]) {
                continue;
            }
            any = true;
            wishes[place] = wish(segment, profile, profile.membership(place), occasion.at());
            changesAt[place] =
                    evaluation.until == Condition.NEVER
                            ? Condition.NEVER
                            : Math.max(evaluation.until, occasion.at() + 1);
            next = Math.min(next, changesAt[place]);
        }
        if (!any) {
            return 0;
        }
        profile.armTimer(changed == ANYTHING ? next : Math.min(profile.timer(), next));
        settle(profile, occasion);
        return tellOfMoves(profile, occasion, tell);
    }

    /** What the rules alone want; `evaluation.until`: until when. */
    private boolean wish(Segment segment, Profile profile, Membership held, long at) {
        evaluation.at = at;
        return held != null && held.isMember() ? wantsToStay(segment, profile) : wantsIn(segment, profile);
    }

    private boolean wantsIn(Segment segment, Profile profile) {
        Verdict enter = segment.enter().test(profile.features(), evaluation);
        if (enter != Verdict.TRUE || segment.exit() == null) {
            return enter == Verdict.TRUE;
        }
        long untilEnter = evaluation.until;
        boolean leaves = segment.exit().test(profile.features(), evaluation) == Verdict.TRUE;
        if (leaves) {
            evaluation.until = Math.min(untilEnter, evaluation.until);
        }
        return !leaves;
    }

    private boolean wantsToStay(Segment segment, Profile profile) {
        if (segment.exit() == null) {
            return segment.enter().test(profile.features(), evaluation) != Verdict.FALSE;
        }
        if (segment.exit().test(profile.features(), evaluation) != Verdict.TRUE) {
            return true;
        }
        long untilExit = evaluation.until;
        segment.enter().test(profile.features(), evaluation);
        evaluation.until = Math.min(untilExit, evaluation.until);
        return false;
    }

    /** Of a group the first by priority that wants in is in. */
    private void settle(Profile profile, Occasion occasion) {
        int winner = -1;
        for (int place = 0; place < ALL.size(); place++) {
            if (!decided[place]) {
                continue;
            }
            Segment segment = ALL.get(place);
            boolean member = wishes[place];
            if (member && segment.group() != null) {
                // There is one group.
                member = winner < 0;
                winner = place;
            }
            Membership held = profile.membership(place);
            if ((held != null && held.isMember()) != member) {
                move(profile, place, member, occasion);
            }
        }
    }

    private void move(Profile profile, int place, boolean member, Occasion occasion) {
        Segment segment = ALL.get(place);
        String because = Because.of(segment.reads(), profile.features(), occasion.at());
        profile.joinedOrLeft(place).move(member, occasion.at(), occasion.version(), changesAt[place], because);
        (member ? entries : exits).add(segment);
    }

    private int tellOfMoves(Profile profile, Occasion occasion, Consumer<Transition> tell) {
        int moves = exits.size() + entries.size();
        for (int n = 0; n < moves; n++) {
            boolean entered = n >= exits.size();
            Segment segment = entered ? entries.get(n - exits.size()) : exits.get(n);
            tell.accept(new Transition(
                    profile.id(), segment.name(), entered, occasion.at(), occasion.cause(), occasion.version(),
                    occasion.seq() + n, segment.ruleHash(), profile.membership(ALL.indexOf(segment)).because()));
        }
        exits.clear();
        entries.clear();
        return moves;
    }
}
