package org.tributary.bench.sink;

import java.util.List;
import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.feature.DayWindow;
import org.tributary.bench.feature.DecayedSum;
import org.tributary.bench.feature.Features;
import org.tributary.bench.feature.Money;
import org.tributary.bench.feature.TopKeys;
import org.tributary.bench.profile.Profile;
import org.tributary.bench.segment.Transition;

/** Rows of `profiles`: fading values stand at their reference time. */
public final class ProfileRows {
    private ProfileRows() {}

    public static void add(Rows rows, Profile profile) {
        BinaryWriter out = rows.bytes();
        out.writeUuid(profile.id());
        out.writeLong(profile.version());
        out.writeByte(0);
        out.writeLong(profile.updatedAt());
        present(out, profile.firstSeen());
        present(out, profile.lastSeen());
        out.writeLong(profile.events());
        out.writeLength(profile.members().size());
        profile.members().forEach(out::writeString);
        out.writeLong(Transition.DEFINITION);
        Purposes.write(out);
        out.writeLength(0);
        addFeatures(out, profile.features());
        rows.added();
    }

    private static void addFeatures(BinaryWriter out, Features features) {
        decayed(out, features.emailEngagement);
        decayed(out, features.webActivity);
        decayed(out, features.productInterest);
        decayed(out, features.cartInterest);
        ranked(out, features.topCategories);
        decayed(out, features.purchaseValue);
        nullableDouble(out, features.avgOrderValue.isPresent() ? features.avgOrderValue.mean() : Double.NaN);
        if (features.hasOrdered()) {
            present(out, features.orders());
        } else {
            out.writeNull();
        }
        money(out, features.hasRevenue(), features.revenueUnits());
        nullableDouble(out, features.revenuePerOrder());
        steps(out, features.orders30d);
        money(out, features.hasRevenue(), features.maxOrderUnits());
        nullableText(out, features.firstSeenSource.value());
        nullableText(out, features.lastCategory.value());
        if (features.hasOrdered()) {
            present(out, features.lastOrderAt());
        } else {
            out.writeNull();
        }
    }

    private static void decayed(BinaryWriter out, DecayedSum value) {
        if (!value.isPresent()) {
            out.writeNull();
            out.writeNull();
            out.writeNull();
            return;
        }
        nullableDouble(out, value.valueAtRef());
        present(out, value.ref());
        present(out, value.halfLifeMs);
    }

    private static void ranked(BinaryWriter out, TopKeys keys) {
        TopKeys.Entry[] top = keys.top();
        out.writeLength(top.length);
        for (TopKeys.Entry entry : top) {
            out.writeString(entry.key());
            out.writeDouble(entry.weight());
        }
        if (top.length == 0) {
            out.writeNull();
            out.writeNull();
        } else {
            present(out, keys.ref());
            present(out, keys.halfLifeMs);
        }
    }

    private static void steps(BinaryWriter out, DayWindow window) {
        List<DayWindow.Step> steps = window.isPresent() ? window.steps() : List.of();
        out.writeLength(steps.size());
        for (DayWindow.Step step : steps) {
            out.writeLong(step.from());
            present(out, step.value());
        }
    }

    private static void money(BinaryWriter out, boolean isThere, long units) {
        if (isThere && Money.fits(units)) {
            present(out, units);
        } else {
            out.writeNull();
        }
    }

    private static void present(BinaryWriter out, long value) {
        out.writePresent();
        out.writeLong(value);
    }

    private static void nullableDouble(BinaryWriter out, double value) {
        if (Double.isFinite(value)) {
            out.writePresent();
            out.writeDouble(value);
        } else {
            out.writeNull();
        }
    }

    private static void nullableText(BinaryWriter out, String value) {
        if (value == null) {
            out.writeNull();
        } else {
            out.writePresent();
            out.writeString(value);
        }
    }
}
