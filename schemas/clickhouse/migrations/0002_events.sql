-- No profile id: an event belongs to its fragment for ever, only fragments move between profiles. events_now joins them.
CREATE TABLE IF NOT EXISTS {database}.events {cluster}
(
    fragment_id   String                 COMMENT 'Fragment of the event: <identifier type>:<pseudonym>; empty when it has no usable identifier',
    partition     UInt16                 COMMENT 'Partition of profile.log that accepted the event, the home of its fragment',
    version       UInt64                 COMMENT 'Position in that partition: generation (8 bits), frame offset (40), index in the frame (16)',
    event_id      String                 COMMENT 'Id that the source gave the event; unique within source',
    event_key     String                 COMMENT 'Hash of source and event id, the same for every redelivery',
    channel       LowCardinality(String) COMMENT 'email, web or crm',
    source        LowCardinality(String) COMMENT 'Vendor or mapped source that the event came from',
    type          LowCardinality(String) COMMENT 'Type of the event, of the closed vocabulary or custom:<name>',
    occurred_at   DateTime64(3, 'UTC')   COMMENT 'Event time: when it happened, as the source says' CODEC(Delta, ZSTD(1)),
    received_at   DateTime64(3, 'UTC')   COMMENT 'Broker time of the raw record' CODEC(Delta, ZSTD(1)),
    log_time      DateTime64(3, 'UTC')   COMMENT 'Clock of the partition when the event was applied' CODEC(Delta, ZSTD(1)),
    identifiers   Array(Tuple(id String, blocked LowCardinality(String))) COMMENT 'All pseudonymous identifiers in order of priority; blocked names the junk rule met, or is empty',
    traits        String                 COMMENT 'Traits that the event states, a JSON object' CODEC(ZSTD(1)),
    trait_kind    LowCardinality(String) COMMENT 'How the traits are known: declared, observed or inferred',
    party         LowCardinality(String) COMMENT 'Whose data the traits are: first or third',
    consent       Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Purpose to granted, denied or basis, as the event states it',
    machine       LowCardinality(String) COMMENT 'Why the event was made by a machine; empty for a person',
    properties    String                 COMMENT 'Properties that the pipeline file reads or keeps, a JSON object' CODEC(ZSTD(1)),
    definition    Int64                  COMMENT 'Version of the pipeline file under which the event was applied',
    origin        LowCardinality(String) COMMENT 'Raw partition that it was read from: raw/<topic>/<incarnation>/<partition>',
    origin_offset Int64                  COMMENT 'Offset of the raw record',
    origin_index  UInt32                 COMMENT 'Index of the event within the raw record',
    INDEX event_id_filter  event_id  TYPE bloom_filter(0.01) GRANULARITY 4,
    INDEX event_key_filter event_key TYPE bloom_filter(0.01) GRANULARITY 4
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(received_at)
ORDER BY (fragment_id, partition, version)
COMMENT 'Every event that was accepted, once';
