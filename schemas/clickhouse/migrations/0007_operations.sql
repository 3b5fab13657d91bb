CREATE TABLE IF NOT EXISTS {database}.dead_letters {cluster}
(
    topic       LowCardinality(String)              COMMENT 'Topic of the raw record',
    partition   UInt32                              COMMENT 'Its partition',
    offset      Int64                               COMMENT 'Its offset',
    `index`     Int32                               COMMENT 'Index of the event within the record; -1: the record as a whole',
    version     UInt64                              COMMENT 'Grows when the same record fails again',
    stage       LowCardinality(String)              COMMENT 'Stage of the pipeline that refused it',
    reason      LowCardinality(String)              COMMENT 'Closed reason code',
    detail      String                              COMMENT 'What was wrong, without personal data',
    source      LowCardinality(String)              COMMENT 'Vendor or mapped source',
    schema_id   Nullable(Int32)                     COMMENT 'Avro schema id of the record; null: not Avro',
    received_at DateTime64(3, 'UTC')                COMMENT 'Broker time of the raw record',
    failed_at   DateTime64(3, 'UTC')                COMMENT 'When it was refused',
    payload     String                              COMMENT 'Its bytes, sealed (AES-256-GCM), base64, with the key''s id in front' CODEC(ZSTD(1)),
    headers     Map(LowCardinality(String), String) COMMENT 'Headers of the raw record, each value sealed like the payload'
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(received_at)
ORDER BY (topic, partition, offset, `index`)
COMMENT 'Everything that could not be read or was refused, replayable: read dead_letters_now';

CREATE OR REPLACE VIEW {database}.dead_letters_now {cluster}
(
    topic       LowCardinality(String) COMMENT 'Topic of the raw record',
    partition   UInt32                 COMMENT 'Its partition',
    offset      Int64                  COMMENT 'Its offset',
    `index`     Int32                  COMMENT 'Index of the event within the record; -1: the record as a whole',
    stage       LowCardinality(String) COMMENT 'Stage of the pipeline that refused it',
    reason      LowCardinality(String) COMMENT 'Closed reason code',
    detail      String                 COMMENT 'What was wrong, without personal data',
    source      LowCardinality(String) COMMENT 'Vendor or mapped source',
    schema_id   Nullable(Int32)        COMMENT 'Avro schema id of the record; null: not Avro',
    received_at DateTime64(3, 'UTC')   COMMENT 'Broker time of the raw record',
    failed_at   DateTime64(3, 'UTC')   COMMENT 'When it was refused'
)
AS SELECT topic, partition, offset, `index`, stage, reason, detail, source, schema_id, received_at, failed_at
FROM {database}.dead_letters FINAL;

CREATE TABLE IF NOT EXISTS {database}.pipeline_health {cluster}
(
    component LowCardinality(String) COMMENT 'Service or part of it',
    partition Int32                  COMMENT 'Partition that it speaks of; -1: none',
    name      LowCardinality(String) COMMENT 'Counter or gauge',
    value     Float64                COMMENT 'Its absolute value, so that a replay overwrites instead of adding',
    at        DateTime64(3, 'UTC')   COMMENT 'Log time of the value',
    version   UInt64                 COMMENT 'Position in the log at which it was taken'
)
ENGINE = {engine}(version)
ORDER BY (component, partition, name)
COMMENT 'Counters and gauges of the pipeline itself: read with FINAL';
