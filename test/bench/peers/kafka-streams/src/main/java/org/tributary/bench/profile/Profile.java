package org.tributary.bench.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.event.Event;
import org.tributary.bench.feature.Features;
import org.tributary.bench.segment.Condition;
import org.tributary.bench.segment.Membership;
import org.tributary.bench.segment.Segments;

/** What is known of one profile: one value of the store. */
public final class Profile {
    private final UUID id;
    private final Features features = new Features();
    private final RecentIds recentIds = new RecentIds();
    private final Membership[] memberships = new Membership[Segments.ALL.size()];
    private final List<String> members = new ArrayList<>(1);
    private long events;
    private long firstSeen;
    private long lastSeen;
    private long version;
    private long updatedAt;
    private long timer = Condition.NEVER;

    public Profile(UUID id) {
        this.id = id;
    }

    public UUID id() {
        return id;
    }

    public Features features() {
        return features;
    }

    public RecentIds recentIds() {
        return recentIds;
    }

    /** In one segment, by its place in the order of segments; null: never was. */
    public Membership membership(int place) {
        return memberships[place];
    }

    public Membership joinedOrLeft(int place) {
        if (memberships[place] == null) {
            memberships[place] = new Membership();
        }
        return memberships[place];
    }

    /** Fragments that it is the sum of, sorted. */
    public List<String> members() {
        return members;
    }

    public long events() {
        return events;
    }

    public long firstSeen() {
        return firstSeen;
    }

    public long lastSeen() {
        return lastSeen;
    }

    /** Position of what touched it last. */
    public long version() {
        return version;
    }

    /** Log time of what touched it last. */
    public long updatedAt() {
        return updatedAt;
    }

    /** When it must be looked at again though nothing happens; `Condition.NEVER`: never. */
    public long timer() {
        return timer;
    }

    public void armTimer(long at) {
        timer = at;
    }

    void touched(long newVersion, long clock) {
        version = newVersion;
        updatedAt = clock;
    }

    void saw(Event event) {
        long at = event.occurredAt();
        firstSeen = events == 0 ? at : Math.min(firstSeen, at);
        lastSeen = events == 0 ? at : Math.max(lastSeen, at);
        events++;
        String fragment = event.fragment();
        if (!members.contains(fragment)) {
            members.add(fragment);
            members.sort(null);
        }
    }

    public void write(BinaryWriter out) {
        out.writeLong(events);
        out.writeLong(firstSeen);
        out.writeLong(lastSeen);
        out.writeLong(version);
        out.writeLong(updatedAt);
        out.writeLong(timer);
        out.writeLength(members.size());
        members.forEach(out::writeString);
        for (Membership membership : memberships) {
            out.writeByte(membership == null ? 0 : 1);
            if (membership != null) {
                membership.write(out);
            }
        }
        features.write(out);
        recentIds.write(out);
    }

    public static Profile read(UUID id, BinaryReader in) {
        Profile profile = new Profile(id);
        profile.events = in.readLong();
        profile.firstSeen = in.readLong();
        profile.lastSeen = in.readLong();
        profile.version = in.readLong();
        profile.updatedAt = in.readLong();
        profile.timer = in.readLong();
        for (int left = in.readLength(); left > 0; left--) {
            profile.members.add(in.readString());
        }
        for (int place = 0; place < profile.memberships.length; place++) {
            if (in.readByte() != 0) {
                profile.joinedOrLeft(place).read(in);
            }
        }
        profile.features.read(in);
        profile.recentIds.read(in);
        return profile;
    }
}
