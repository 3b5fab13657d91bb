package org.tributary.bench.feature;

import static org.tributary.bench.feature.Decay.DAY_MS;

import org.tributary.bench.binary.BinaryReader;
import org.tributary.bench.binary.BinaryWriter;
import org.tributary.bench.event.Event;
import org.tributary.bench.event.Properties;

/** The features of test/bench/race/pipeline.yaml, of one profile. The ratio is read off two of them. */
public final class Features {
    // What segments read, one bit each: the features whose change a segment has to hear of.
    public static final int EMAIL_ENGAGEMENT = 1;
    public static final int WEB_ACTIVITY = 1 << 1;
    public static final int PRODUCT_INTEREST = 1 << 2;
    public static final int CART_INTEREST = 1 << 3;
    public static final int PURCHASE_VALUE = 1 << 4;
    public static final int ORDERS = 1 << 5;
    public static final int LAST_ORDER_AT = 1 << 6;

    public final DecayedSum emailEngagement = new DecayedSum(14 * DAY_MS);
    public final DecayedSum webActivity = new DecayedSum(7 * DAY_MS);
    public final DecayedSum productInterest = new DecayedSum(3 * DAY_MS);
    public final DecayedSum cartInterest = new DecayedSum(3 * DAY_MS);
    public final DecayedSum purchaseValue = new DecayedSum(90 * DAY_MS);
    public final DecayedMean avgOrderValue = new DecayedMean(180 * DAY_MS);
    public final TopKeys topCategories = new TopKeys(30 * DAY_MS, 5);
    public final DayWindow orders30d = new DayWindow(30);
    public final EdgeValue firstSeenSource = EdgeValue.first();
    public final EdgeValue lastCategory = EdgeValue.last();
    private long orders;
    private long lastOrderAt;
    private boolean hasRevenue;
    private long revenue;
    private long maxOrder;

    public long orders() {
        return orders;
    }

    public boolean hasOrdered() {
        return orders > 0;
    }

    public long lastOrderAt() {
        return lastOrderAt;
    }

    /** Whether `revenueUnits` and `maxOrderUnits` say anything. */
    public boolean hasRevenue() {
        return hasRevenue;
    }

    public long revenueUnits() {
        return revenue;
    }

    public long maxOrderUnits() {
        return maxOrder;
    }

    /** NaN: there is none. */
    public double revenuePerOrder() {
        return orders == 0 ? Double.NaN : (hasRevenue ? revenue / Money.UNITS_PER_ONE : 0) / orders;
    }

    /** Folds one event. Returns the bits of what segments read and is another now. */
    public int apply(Event event) {
        long at = event.occurredAt();
        switch (event.type()) {
            case "page_viewed":
                firstSeenSource.add(event.source(), event);
                webActivity.add(1, at);
                return WEB_ACTIVITY;
            case "searched", "cart_viewed":
                webActivity.add(1, at);
                return WEB_ACTIVITY;
            case "product_viewed":
                String category = Properties.text(event.properties()[Properties.CATEGORY]);
                webActivity.add(1, at);
                productInterest.add(1, at);
                addCategory(category, at);
                if (category != null) {
                    lastCategory.add(category, event);
                }
                return WEB_ACTIVITY | PRODUCT_INTEREST;
            case "product_added":
                cartInterest.add(1, at);
                addCategory(Properties.text(event.properties()[Properties.CATEGORY]), at);
                return CART_INTEREST;
            case "email_opened":
                firstSeenSource.add(event.source(), event);
                emailEngagement.add(1, at);
                return EMAIL_ENGAGEMENT;
            case "email_clicked":
                emailEngagement.add(1, at);
                return EMAIL_ENGAGEMENT;
            case "order_completed":
                return applyOrder(event, at);
            case "identified", "contact_created":
                firstSeenSource.add(event.source(), event);
                return 0;
            default:
                return 0;
        }
    }

    private int applyOrder(Event event, long at) {
        firstSeenSource.add(event.source(), event);
        addCategory(Properties.text(event.properties()[Properties.CATEGORY]), at);
        lastOrderAt = orders == 0 ? at : Math.max(lastOrderAt, at);
        orders++;
        orders30d.add(at);
        long units = Money.totalOf(event);
        if (units == Money.NONE) {
            return ORDERS | LAST_ORDER_AT;
        }
        purchaseValue.add(units / Money.UNITS_PER_ONE, at);
        avgOrderValue.add(units / Money.UNITS_PER_ONE, at);
        maxOrder = hasRevenue ? Math.max(maxOrder, units) : units;
        revenue = Math.addExact(revenue, units);
        hasRevenue = true;
        return ORDERS | LAST_ORDER_AT | PURCHASE_VALUE;
    }

    private void addCategory(String category, long at) {
        if (category != null && !category.isEmpty()) {
            topCategories.add(category, at);
        }
    }

    public void write(BinaryWriter out) {
        emailEngagement.write(out);
        webActivity.write(out);
        productInterest.write(out);
        cartInterest.write(out);
        purchaseValue.write(out);
        avgOrderValue.write(out);
        topCategories.write(out);
        orders30d.write(out);
        firstSeenSource.write(out);
        lastCategory.write(out);
        out.writeLong(orders);
        out.writeLong(lastOrderAt);
        out.writeByte(hasRevenue ? 1 : 0);
        out.writeLong(revenue);
        out.writeLong(maxOrder);
    }

    public void read(BinaryReader in) {
        emailEngagement.read(in);
        webActivity.read(in);
        productInterest.read(in);
        cartInterest.read(in);
        purchaseValue.read(in);
        avgOrderValue.read(in);
        topCategories.read(in);
        orders30d.read(in);
        firstSeenSource.read(in);
        lastCategory.read(in);
        orders = in.readLong();
        lastOrderAt = in.readLong();
        hasRevenue = in.readByte() != 0;
        revenue = in.readLong();
        maxOrder = in.readLong();
    }
}
