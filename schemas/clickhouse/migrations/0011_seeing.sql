-- What processes see of themselves stands beside the counters of the fold: by topic and key, one row a minute, gone after a week.
ALTER TABLE {database}.pipeline_health {cluster}
    ADD COLUMN IF NOT EXISTS topic  LowCardinality(String) COMMENT 'Topic whose records it speaks of; empty: a counter of the fold' AFTER name,
    ADD COLUMN IF NOT EXISTS key    String                 COMMENT 'Step of a flush, or pseudonym or profile id of a hot key; else empty' AFTER topic,
    ADD COLUMN IF NOT EXISTS minute DateTime('UTC')        COMMENT 'Minute in which a process saw this; 1970: a counter of the fold, of which only the last value is kept' AFTER key,
    MODIFY ORDER BY (component, partition, name, topic, key, minute);

ALTER TABLE {database}.pipeline_health {cluster}
    COMMENT COLUMN IF EXISTS component 'Stage, or service whose fold counts',
    COMMENT COLUMN IF EXISTS name 'Counter or gauge: docs/observability.md lists those of stages',
    COMMENT COLUMN IF EXISTS value 'Its absolute value, so that a repetition overwrites instead of adding',
    COMMENT COLUMN IF EXISTS at 'Log time of a counter; time at which a process saw a gauge',
    COMMENT COLUMN IF EXISTS version 'Position in the log at which a counter was taken; time in milliseconds of a gauge',
    MODIFY TTL minute + INTERVAL 7 DAY DELETE WHERE minute > toDateTime(0, 'UTC');

ALTER TABLE {database}.events {cluster}
    ADD INDEX IF NOT EXISTS origin_offset_filter origin_offset TYPE bloom_filter(0.01) GRANULARITY 4;

ALTER TABLE {database}.events {cluster}
    MATERIALIZE INDEX IF EXISTS origin_offset_filter;

CREATE OR REPLACE VIEW {database}.pipeline_stages_now {cluster}
(
    stage                 LowCardinality(String) COMMENT 'email, web, crm, identity, profiles, dead-letters; clickhouse: rows that wait to be stored',
    topic                 LowCardinality(String) COMMENT 'Topic whose records wait',
    partition             Int32                  COMMENT 'Its partition',
    status                LowCardinality(String) COMMENT 'fine: nothing waits; waiting; silent: no process has spoken of it for a minute',
    delay_seconds         Float64                COMMENT 'How long its oldest record has been waiting; of a silent stage at least how long it has been silent',
    lag_records           Float64                COMMENT 'Records that wait',
    lag_events            Nullable(Float64)      COMMENT 'Events or messages in them, as many a record as in those read so far; null: none was read yet',
    oldest_waiting_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'Broker time of the oldest record that waits; null: none',
    oldest_waiting_offset Nullable(Int64)        COMMENT 'Its offset: tributary trace <topic>:<partition>:<offset>',
    slow_step             LowCardinality(String) COMMENT 'Step of its work that took most of the time since the report before; empty: it did nothing',
    slow_step_seconds     Float64                COMMENT 'How long that took',
    reported_at           DateTime64(3, 'UTC')   COMMENT 'When its process spoke of it last'
)
AS SELECT
    stage,
    topic,
    partition,
    multiIf(silent_seconds > 60, 'silent', oldest > 0, 'waiting', 'fine') AS status,
    greatest(
        if(oldest > 0, toFloat64(toUnixTimestamp64Milli(now64(3))) / 1000 - oldest, 0),
        if(silent_seconds > 60, silent_seconds, 0)
    ) AS delay_seconds,
    records AS lag_records,
    if(events < 0, NULL, events) AS lag_events,
    if(oldest > 0, fromUnixTimestamp64Milli(toInt64(round(oldest * 1000)), 'UTC'), NULL) AS oldest_waiting_at,
    if(oldest > 0, toInt64(oldest_offset), NULL) AS oldest_waiting_offset,
    if(step_seconds > 0, step, '') AS slow_step,
    step_seconds AS slow_step_seconds,
    seen_at AS reported_at
FROM
(
    SELECT
        component AS stage,
        topic,
        partition,
        max(at) AS seen_at,
        toFloat64(toUnixTimestamp64Milli(now64(3)) - toUnixTimestamp64Milli(max(at))) / 1000 AS silent_seconds,
        argMaxIf(value, version, name = 'lag_records') AS records,
        argMaxIf(value, version, name = 'lag_events') AS events,
        argMaxIf(value, version, name = 'oldest_waiting_timestamp_seconds') AS oldest,
        argMaxIf(value, version, name = 'oldest_waiting_offset') AS oldest_offset,
        argMaxIf(key, (version, value), name = 'step_seconds') AS step,
        argMaxIf(value, (version, value), name = 'step_seconds') AS step_seconds
    FROM {database}.pipeline_health
    WHERE topic != '' AND minute >= now() - INTERVAL 1 DAY
    GROUP BY stage, topic, partition
)
-- Its service is silent then, and says so itself.
WHERE NOT (stage = 'clickhouse' AND silent_seconds > 60);

CREATE OR REPLACE VIEW {database}.pipeline_hot_keys {cluster}
(
    stage     LowCardinality(String) COMMENT 'identity or profiles',
    partition Int32                  COMMENT 'Partition that the key is in',
    kind      LowCardinality(String) COMMENT 'fragment, profile or identifier',
    key       String                 COMMENT 'Pseudonym or profile id',
    messages  Float64                COMMENT 'Messages of it in one window of a minute, at most: an estimate from above',
    share     Float64                COMMENT 'Of all messages of that window and partition',
    minute    DateTime('UTC')        COMMENT 'Minute in which the window ended'
)
AS SELECT
    k.component AS stage,
    k.partition AS partition,
    substring(k.name, 5) AS kind,
    k.key AS key,
    k.value AS messages,
    if(t.value > 0, least(1, k.value / t.value), 0) AS share,
    k.minute AS minute
FROM (SELECT * FROM {database}.pipeline_health FINAL WHERE startsWith(name, 'hot_')) AS k
INNER JOIN (SELECT * FROM {database}.pipeline_health FINAL WHERE startsWith(name, 'window_')) AS t
ON t.component = k.component AND t.partition = k.partition AND t.topic = k.topic AND t.minute = k.minute
    AND substring(t.name, 8) = substring(k.name, 5);
