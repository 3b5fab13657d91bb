-- Tables of the Kafka Streams contestant, in a database of its own: twins of Tributary's (schemas/clickhouse/migrations, and the columns that
-- `tributary deploy` adds for test/bench/race/pipeline.yaml), with the same columns, types, codecs, engines and sorting keys.
-- The statements name no database: it is the connection's.

CREATE TABLE IF NOT EXISTS events
(
    fragment_id   String,
    partition     UInt16,
    version       UInt64,
    event_id      String,
    event_key     String,
    channel       LowCardinality(String),
    source        LowCardinality(String),
    type          LowCardinality(String),
    occurred_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    received_at   DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    log_time      DateTime64(3, 'UTC') CODEC(Delta, ZSTD(1)),
    identifiers   Array(Tuple(id String, blocked LowCardinality(String))),
    traits        String CODEC(ZSTD(1)),
    trait_kind    LowCardinality(String),
    party         LowCardinality(String),
    consent       Map(LowCardinality(String), LowCardinality(String)),
    machine       LowCardinality(String),
    properties    String CODEC(ZSTD(1)),
    schema_id     Nullable(Int32),
    unknown_type  UInt8,
    flags         Array(LowCardinality(String)),
    definition    Int64,
    origin        LowCardinality(String),
    origin_offset Int64,
    origin_index  UInt32,
    INDEX event_id_filter  event_id  TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX event_key_filter event_key TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = ReplacingMergeTree(version)
PARTITION BY toYYYYMM(received_at)
ORDER BY (fragment_id, partition, version);

CREATE TABLE IF NOT EXISTS profiles
(
    profile_id                        UUID,
    version                           UInt64,
    deleted                           UInt8,
    updated_at                        DateTime64(3, 'UTC'),
    first_seen                        Nullable(DateTime64(3, 'UTC')),
    last_seen                         Nullable(DateTime64(3, 'UTC')),
    events                            UInt64,
    members                           Array(String),
    definition                        Int64,
    consent                           Map(LowCardinality(String), LowCardinality(String)),
    trait_provenance                  Map(LowCardinality(String), Tuple(source LowCardinality(String), kind LowCardinality(String), party LowCardinality(String), at DateTime64(3, 'UTC'))),
    f_email_engagement                Nullable(Float64),
    f_email_engagement_ref_time       Nullable(DateTime64(3, 'UTC')),
    f_email_engagement_half_life_ms   Nullable(UInt64),
    f_web_activity                    Nullable(Float64),
    f_web_activity_ref_time           Nullable(DateTime64(3, 'UTC')),
    f_web_activity_half_life_ms       Nullable(UInt64),
    f_product_interest                Nullable(Float64),
    f_product_interest_ref_time       Nullable(DateTime64(3, 'UTC')),
    f_product_interest_half_life_ms   Nullable(UInt64),
    f_cart_interest                   Nullable(Float64),
    f_cart_interest_ref_time          Nullable(DateTime64(3, 'UTC')),
    f_cart_interest_half_life_ms      Nullable(UInt64),
    f_top_categories                  Array(Tuple(key String, weight Float64)),
    f_top_categories_ref_time         Nullable(DateTime64(3, 'UTC')),
    f_top_categories_half_life_ms     Nullable(UInt64),
    f_purchase_value                  Nullable(Float64),
    f_purchase_value_ref_time         Nullable(DateTime64(3, 'UTC')),
    f_purchase_value_half_life_ms     Nullable(UInt64),
    f_avg_order_value                 Nullable(Float64),
    f_orders                          Nullable(UInt64),
    f_revenue                         Nullable(Decimal(18, 4)),
    f_revenue_per_order               Nullable(Float64),
    f_orders_30d                      Array(Tuple(from DateTime64(3, 'UTC'), value Nullable(UInt64))),
    f_max_order                       Nullable(Decimal(18, 4)),
    f_first_seen_source               Nullable(String),
    f_last_category                   Nullable(String),
    f_last_order_at                   Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplacingMergeTree(version, deleted)
ORDER BY profile_id;

CREATE TABLE IF NOT EXISTS segment_memberships
(
    profile_id     UUID,
    segment        LowCardinality(String),
    version        UInt64,
    member         UInt8,
    entered_at     Nullable(DateTime64(3, 'UTC')),
    exited_at      Nullable(DateTime64(3, 'UTC')),
    rule_version   Int64,
    rule_hash      String,
    because        String CODEC(ZSTD(1)),
    next_change_at Nullable(DateTime64(3, 'UTC'))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (profile_id, segment);

CREATE TABLE IF NOT EXISTS segment_transitions
(
    profile_id   UUID,
    segment      LowCardinality(String),
    version      UInt64,
    seq          UInt32,
    at           DateTime64(3, 'UTC'),
    to           LowCardinality(String),
    cause        LowCardinality(String),
    rule_version Int64,
    rule_hash    String,
    because      String CODEC(ZSTD(1))
)
ENGINE = ReplacingMergeTree(version)
ORDER BY (profile_id, segment, version, seq);
