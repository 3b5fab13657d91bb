package org.tributary.bench.sink;

import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.profile.Profile;
import org.tributary.bench.segment.Condition;
import org.tributary.bench.segment.Membership;
import org.tributary.bench.segment.Segment;
import org.tributary.bench.segment.Segments;
import org.tributary.bench.segment.Transition;

/** Rows of `segment_memberships`, of what changed since the last flush, and of `segment_transitions`. */
public final class SegmentRows {
    private SegmentRows() {}

    public static void addMemberships(Rows rows, Profile profile) {
        for (int place = 0; place < Segments.ALL.size(); place++) {
            Membership membership = profile.membership(place);
            if (membership != null && membership.rowIsDue()) {
                addMembership(rows, profile, Segments.ALL.get(place), membership);
                membership.rowIsWritten();
            }
        }
    }

    private static void addMembership(Rows rows, Profile profile, Segment segment, Membership membership) {
        BinaryWriter out = rows.bytes();
        out.writeUuid(profile.id());
        out.writeString(segment.name());
        out.writeLong(membership.version());
        out.writeByte(membership.isMember() ? 1 : 0);
        nullable(out, membership.enteredAt(), Membership.NONE);
        nullable(out, membership.exitedAt(), Membership.NONE);
        out.writeLong(Transition.DEFINITION);
        out.writeString(segment.ruleHash());
        out.writeString(membership.because());
        nullable(out, membership.nextChangeAt(), Condition.NEVER);
        rows.added();
    }

    public static void addTransition(Rows rows, Transition transition) {
        BinaryWriter out = rows.bytes();
        out.writeUuid(transition.profile());
        out.writeString(transition.segment());
        out.writeLong(transition.version());
        out.writeInt(transition.seq());
        out.writeLong(transition.at());
        out.writeString(transition.entered() ? "entered" : "exited");
        out.writeString(transition.cause());
        out.writeLong(Transition.DEFINITION);
        out.writeString(transition.ruleHash());
        out.writeString(transition.because());
        rows.added();
    }

    private static void nullable(BinaryWriter out, long value, long none) {
        if (value == none) {
            out.writeNull();
        } else {
            out.writePresent();
            out.writeLong(value);
        }
    }
}
