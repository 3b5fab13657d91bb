package org.tributary.bench.segment;

import static org.tributary.bench.feature.Features.CART_INTEREST;
import static org.tributary.bench.feature.Features.EMAIL_ENGAGEMENT;
import static org.tributary.bench.feature.Features.LAST_ORDER_AT;
import static org.tributary.bench.feature.Features.ORDERS;
import static org.tributary.bench.feature.Features.PRODUCT_INTEREST;
import static org.tributary.bench.feature.Features.PURCHASE_VALUE;
import static org.tributary.bench.feature.Features.WEB_ACTIVITY;
import static org.tributary.bench.segment.Condition.and;
import static org.tributary.bench.segment.Condition.or;
import static org.tributary.bench.segment.Rules.atLeast;
import static org.tributary.bench.segment.Rules.below;
import static org.tributary.bench.segment.Rules.orderedLongerAgoThanDays;
import static org.tributary.bench.segment.Rules.orderedWithinDays;
import static org.tributary.bench.segment.Rules.ordersAtLeast;
import static org.tributary.bench.segment.Rules.ordersEqual;

import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.tributary.bench.feature.DecayedSum;
import org.tributary.bench.feature.Features;
import org.tributary.bench.segment.Segment.Written;

/** The segments of test/bench/race/pipeline.yaml, in the order in which they are decided: by priority, then name. */
public final class Segments {
    private static final Function<Features, DecayedSum> EMAIL = features -> features.emailEngagement;
    private static final Function<Features, DecayedSum> WEB = features -> features.webActivity;
    private static final Function<Features, DecayedSum> PRODUCTS = features -> features.productInterest;
    private static final Function<Features, DecayedSum> CART = features -> features.cartInterest;
    private static final Function<Features, DecayedSum> SPENDING = features -> features.purchaseValue;
    private static final String JOURNEY = "journey";

    private static final List<Written> WRITTEN = List.of(
            new Written(
                    "considering", 45, JOURNEY, "personalisation",
                    "orders == 0 && (product_interest >= 3 || cart_interest >= 0.5)",
                    and(ordersEqual(0), or(atLeast(PRODUCTS, 3), atLeast(CART, 0.5))),
                    null, null,
                    ORDERS | PRODUCT_INTEREST | CART_INTEREST,
                    "orders", "product_interest", "cart_interest"),
            new Written(
                    "new_customer", 40, JOURNEY, "service",
                    "orders == 1 && age(last_order_at) <= days(90)",
                    and(ordersEqual(1), orderedWithinDays(90)),
                    null, null,
                    ORDERS | LAST_ORDER_AT,
                    "orders", "last_order_at"),
            new Written(
                    "repeat_customer", 35, JOURNEY, "service",
                    "orders >= 2 && age(last_order_at) <= days(90)",
                    and(ordersAtLeast(2), orderedWithinDays(90)),
                    null, null,
                    ORDERS | LAST_ORDER_AT,
                    "orders", "last_order_at"),
            new Written(
                    "loyal", 10, JOURNEY, "analytics",
                    "orders >= 3 && purchase_value >= 100 && age(last_order_at) <= days(60)",
                    and(ordersAtLeast(3), atLeast(SPENDING, 100), orderedWithinDays(60)),
                    null, null,
                    ORDERS | LAST_ORDER_AT | PURCHASE_VALUE,
                    "orders", "purchase_value", "last_order_at"),
            new Written(
                    "lapsed_silent", 30, JOURNEY, "personalisation",
                    "orders > 0 && age(last_order_at) > days(90) && email_engagement < 0.5",
                    and(ordersAtLeast(1), orderedLongerAgoThanDays(90), below(EMAIL, 0.5)),
                    null, null,
                    ORDERS | LAST_ORDER_AT | EMAIL_ENGAGEMENT,
                    "orders", "last_order_at", "email_engagement"),
            new Written(
                    "browsing", 60, null, "personalisation",
                    "product_interest >= 2 && cart_interest < 0.5",
                    and(atLeast(PRODUCTS, 2), below(CART, 0.5)),
                    "product_interest < 1 || cart_interest >= 0.5",
                    or(below(PRODUCTS, 1), atLeast(CART, 0.5)),
                    PRODUCT_INTEREST | CART_INTEREST,
                    "product_interest", "cart_interest"),
            new Written(
                    "high_intent", 15, null, "personalisation",
                    "web_activity >= 5 && cart_interest >= 1",
                    and(atLeast(WEB, 5), atLeast(CART, 1)),
                    "web_activity < 3 || cart_interest < 0.5",
                    or(below(WEB, 3), below(CART, 0.5)),
                    WEB_ACTIVITY | CART_INTEREST,
                    "web_activity", "cart_interest"),
            new Written(
                    "just_purchased", 1, null, "service",
                    "age(last_order_at) <= days(5)",
                    orderedWithinDays(5),
                    null, null,
                    LAST_ORDER_AT,
                    "last_order_at"));

    public static final List<Segment> ALL = WRITTEN.stream()
            .sorted(Comparator.comparingInt(Written::priority).thenComparing(Written::name))
            .map(written -> Segment.of(written, hearsOf(written)))
            .toList();

    private Segments() {}

    private static int hearsOf(Written written) {
        return written.group() == null
                ? written.readsBits()
                : WRITTEN.stream()
                        .filter(other -> written.group().equals(other.group()))
                        .mapToInt(Written::readsBits)
                        .reduce(0, (a, b) -> a | b);
    }
}
