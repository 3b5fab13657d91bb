package org.tributary.bench.sink;

import java.util.List;

/** The tables of tables.sql, with their columns in the order in which rows are written. */
public enum Table {
    EVENTS(
            "events",
            "fragment_id", "partition", "version", "event_id", "event_key", "channel", "source", "type", "occurred_at",
            "received_at", "log_time", "identifiers", "traits", "trait_kind", "party", "consent", "machine",
            "properties", "schema_id", "unknown_type", "flags", "definition", "origin", "origin_offset",
            "origin_index"),
    PROFILES(
            "profiles",
            "profile_id", "version", "deleted", "updated_at", "first_seen", "last_seen", "events", "members",
            "definition", "consent", "trait_provenance",
            "f_email_engagement", "f_email_engagement_ref_time", "f_email_engagement_half_life_ms",
            "f_web_activity", "f_web_activity_ref_time", "f_web_activity_half_life_ms",
            "f_product_interest", "f_product_interest_ref_time", "f_product_interest_half_life_ms",
            "f_cart_interest", "f_cart_interest_ref_time", "f_cart_interest_half_life_ms",
            "f_top_categories", "f_top_categories_ref_time", "f_top_categories_half_life_ms",
            "f_purchase_value", "f_purchase_value_ref_time", "f_purchase_value_half_life_ms",
            "f_avg_order_value", "f_orders", "f_revenue", "f_revenue_per_order", "f_orders_30d", "f_max_order",
            "f_first_seen_source", "f_last_category", "f_last_order_at"),
    MEMBERSHIPS(
            "segment_memberships",
            "profile_id", "segment", "version", "member", "entered_at", "exited_at", "rule_version", "rule_hash",
            "because", "next_change_at"),
    TRANSITIONS(
            "segment_transitions",
            "profile_id", "segment", "version", "seq", "at", "`to`", "cause", "rule_version", "rule_hash", "because");

    public final String tableName;
    public final List<String> columns;

    Table(String tableName, String... columns) {
        this.tableName = tableName;
        this.columns = List.of(columns);
    }
}
