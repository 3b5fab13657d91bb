package org.tributary.bench.segment;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import org.tributary.bench.feature.DecayedSum;
import org.tributary.bench.feature.Features;

/** What a rule saw, for people: numbers at the time in 12 significant digits, moments as ISO 8601. */
final class Because {
    private static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

    private Because() {}

    static String of(List<String> names, Features features, long at) {
        StringBuilder json = new StringBuilder(80).append('{');
        for (String name : names) {
            if (json.length() > 1) {
                json.append(',');
            }
            json.append('"').append(name).append("\":");
            switch (name) {
                case "orders" -> json.append(features.orders());
                case "last_order_at" -> {
                    if (features.hasOrdered()) {
                        json.append('"').append(ISO.format(Instant.ofEpochMilli(features.lastOrderAt()))).append('"');
                    } else {
                        json.append("null");
                    }
                }
                default -> json.append(decayed(fading(name, features), at));
            }
        }
        return json.append('}').toString();
    }

    private static String decayed(DecayedSum value, long at) {
        return value.isPresent()
                ? Threshold.rounded(value.valueAt(at)).stripTrailingZeros().toPlainString()
                : "0";
    }

    private static DecayedSum fading(String name, Features features) {
        return switch (name) {
            case "email_engagement" -> features.emailEngagement;
            case "web_activity" -> features.webActivity;
            case "product_interest" -> features.productInterest;
            case "cart_interest" -> features.cartInterest;
            case "purchase_value" -> features.purchaseValue;
            default -> throw new IllegalArgumentException("no rule reads " + name);
        };
    }
}
