package org.tributary.bench.check;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.bench.feature.DayWindow;
import org.tributary.bench.feature.Decay;
import org.tributary.bench.feature.DecayedSum;
import org.tributary.bench.feature.Features;
import org.tributary.bench.feature.Money;
import org.tributary.bench.feature.TopKeys;
import org.tributary.bench.profile.Profile;
import org.tributary.bench.segment.Membership;
import org.tributary.bench.segment.Segments;
import org.tributary.bench.segment.Transition;

/** One profile as `tributary features simulate --json` prints it, as of a time. */
final class Report {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Report() {}

    static Map<String, Object> of(Profile profile, List<Transition> transitions, long asOf) {
        Map<String, Object> report = new LinkedHashMap<>();
        report.put("profile_id", profile.id().toString());
        report.put("features", features(profile.features(), asOf));
        report.put("segments", segments(profile));
        report.put("transitions", transitions.stream().map(Report::transition).toList());
        return report;
    }

    private static Map<String, Object> features(Features features, long asOf) {
        Map<String, Object> out = new LinkedHashMap<>();
        decayed(out, "email_engagement", features.emailEngagement, asOf);
        decayed(out, "web_activity", features.webActivity, asOf);
        decayed(out, "product_interest", features.productInterest, asOf);
        decayed(out, "cart_interest", features.cartInterest, asOf);
        decayed(out, "purchase_value", features.purchaseValue, asOf);
        ranked(out, features.topCategories, asOf);
        plain(out, "avg_order_value", features.avgOrderValue.isPresent() ? features.avgOrderValue.mean() : null);
        plain(out, "orders", features.hasOrdered() ? features.orders() : null);
        plain(out, "revenue", features.hasRevenue() ? features.revenueUnits() / Money.UNITS_PER_ONE : null);
        plain(out, "revenue_per_order", features.hasOrdered() ? features.revenuePerOrder() : null);
        plain(out, "max_order", features.hasRevenue() ? features.maxOrderUnits() / Money.UNITS_PER_ONE : null);
        window(out, features.orders30d, asOf);
        plain(out, "first_seen_source", features.firstSeenSource.value());
        plain(out, "last_category", features.lastCategory.value());
        plain(out, "last_order_at", features.hasOrdered() ? iso(features.lastOrderAt()) : null);
        return out;
    }

    private static void decayed(Map<String, Object> out, String name, DecayedSum value, long asOf) {
        put(
                out,
                name,
                value.isPresent() ? value.valueAt(asOf) : null,
                value.isPresent() ? value.valueAtRef() : null,
                value.isPresent() ? iso(value.ref()) : null);
    }

    private static void ranked(Map<String, Object> out, TopKeys keys, long asOf) {
        TopKeys.Entry[] top = keys.top();
        double factor = Decay.of(1, asOf - keys.ref(), keys.halfLifeMs);
        put(
                out,
                "top_categories",
                keys.isPresent() ? pairs(top, factor) : null,
                keys.isPresent() ? pairs(top, 1) : null,
                keys.isPresent() ? iso(keys.ref()) : null);
    }

    private static List<List<Object>> pairs(TopKeys.Entry[] top, double factor) {
        return Arrays.stream(top).map(entry -> List.<Object>of(entry.key(), entry.weight() * factor)).toList();
    }

    private static void window(Map<String, Object> out, DayWindow window, long asOf) {
        put(
                out,
                "orders_30d",
                window.isPresent() ? inForce(window, asOf) : null,
                window.isPresent() ? inForce(window, window.newestAt()) : null,
                window.isPresent() ? iso(window.newestAt()) : null);
    }

    private static long inForce(DayWindow window, long asOf) {
        long value = window.steps().get(0).value();
        for (DayWindow.Step step : window.steps()) {
            if (step.from() <= asOf) {
                value = step.value();
            }
        }
        return value;
    }

    private static void plain(Map<String, Object> out, String name, Object value) {
        out.put(name, Collections.singletonMap("value", value));
    }

    private static void put(Map<String, Object> out, String name, Object value, Object atRef, Object refTime) {
        Map<String, Object> feature = new LinkedHashMap<>();
        feature.put("value", value);
        feature.put("value_at_ref", atRef);
        feature.put("ref_time", refTime);
        out.put(name, feature);
    }

    private static Map<String, Object> segments(Profile profile) {
        Map<String, Object> out = new LinkedHashMap<>();
        for (int place = 0; place < Segments.ALL.size(); place++) {
            Membership held = profile.membership(place);
            Map<String, Object> segment = new LinkedHashMap<>();
            segment.put("member", held != null && held.isMember());
            segment.put("entered_at", held == null ? null : isoOrNull(held.enteredAt()));
            segment.put("exited_at", held == null ? null : isoOrNull(held.exitedAt()));
            segment.put("rule_hash", Segments.ALL.get(place).ruleHash());
            out.put(Segments.ALL.get(place).name(), segment);
        }
        return out;
    }

    private static Map<String, Object> transition(Transition transition) {
        Map<String, Object> out = new LinkedHashMap<>();
        out.put("segment", transition.segment());
        out.put("at", iso(transition.at()));
        out.put("to", transition.entered() ? "entered" : "exited");
        out.put("cause", transition.cause());
        out.put("because", transition.because());
        return out;
    }

    private static String iso(long at) {
        return ISO.format(Instant.ofEpochMilli(at));
    }

    private static String isoOrNull(long at) {
        return at == Membership.NONE ? null : iso(at);
    }
}
