package org.tributary.bench.event;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import java.math.BigDecimal;
import java.util.List;

/** The properties that go on, as Tributary's channels forward them: an array with a place for each name, null where there is none. */
public final class Properties {
    /** Sorted: the order in which the column of `events` has them. */
    public static final List<String> NAMES = List.of(
            "bounce_class", "campaign", "category", "currency", "message_id", "order_id", "price", "product_id",
            "quantity", "total");

    public static final int CATEGORY = NAMES.indexOf("category");
    public static final int CURRENCY = NAMES.indexOf("currency");
    public static final int TOTAL = NAMES.indexOf("total");

    private static final JsonStringEncoder ESCAPES = JsonStringEncoder.getInstance();

    private Properties() {}

    /** A JSON object, names in their order. */
    public static String toJson(Object[] values) {
        StringBuilder json = new StringBuilder(96).append('{');
        for (int place = 0; place < values.length; place++) {
            Object value = values[place];
            if (value == null) {
                continue;
            }
            if (json.length() > 1) {
                json.append(',');
            }
            json.append('"').append(NAMES.get(place)).append("\":");
            if (value instanceof String text) {
                json.append('"');
                ESCAPES.quoteAsString(text, json);
                json.append('"');
            } else if (value instanceof Double number) {
                json.append(number(number));
            } else {
                json.append(value);
            }
        }
        return json.append('}').toString();
    }

    /** A number as JSON has it: whole ones without a point. */
    public static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        String text = Double.toString(value);
        return text.indexOf('E') < 0 ? text : new BigDecimal(text).toPlainString();
    }

    /** Text of a scalar, as a key or a value that is kept; null: there is none. */
    public static String text(Object value) {
        return value instanceof Double number ? number(number) : value == null ? null : value.toString();
    }
}
