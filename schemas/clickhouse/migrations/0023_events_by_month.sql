-- A span of received_at reads its months alone: the server puts the pruning off until after FINAL, unless rows of one key are said to be of one partition.
-- They are: the key is a place in the log. The setting is the view's own, so that accounts that may set nothing have it too.
CREATE OR REPLACE VIEW {database}.events_now {cluster}
(
    profile_id    Nullable(UUID)         COMMENT 'Profile that the event belongs to now; null: no usable identifier, erased, or of a life that expired',
    fragment_id   String                 COMMENT 'Fragment of the event; empty when it has no usable identifier',
    event_id      String                 COMMENT 'Id that the source gave the event; unique within source',
    event_key     String                 COMMENT 'Hash of source and event id, the same for every redelivery',
    channel       LowCardinality(String) COMMENT 'email, web or crm',
    source        LowCardinality(String) COMMENT 'Vendor or mapped source that the event came from',
    type          LowCardinality(String) COMMENT 'Type of the event, of the closed vocabulary or custom:<name>',
    occurred_at   DateTime64(3, 'UTC')   COMMENT 'Event time: when it happened, as the source says',
    received_at   DateTime64(3, 'UTC')   COMMENT 'Broker time of the raw record',
    log_time      DateTime64(3, 'UTC')   COMMENT 'Clock of the partition when the event was applied',
    identifiers   Array(Tuple(id String, blocked LowCardinality(String))) COMMENT 'All pseudonymous identifiers in order of priority; blocked names the junk rule met, or is empty',
    traits        String                 COMMENT 'Traits that the event states, a JSON object',
    trait_kind    LowCardinality(String) COMMENT 'How the traits are known: declared, observed or inferred',
    party         LowCardinality(String) COMMENT 'Whose data the traits are: first or third',
    consent       Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Purpose to granted, denied or basis, as the event states it',
    machine       LowCardinality(String) COMMENT 'Why the event was made by a machine; empty for a person',
    properties    String                 COMMENT 'Properties that the pipeline file reads or keeps, a JSON object',
    schema_id     Nullable(Int32)        COMMENT 'Avro schema that the raw record was written with; null: no Avro',
    unknown_type  UInt8                  COMMENT 'The source''s type is in no table: kept as custom:<name>',
    flags         Array(LowCardinality(String)) COMMENT 'What is odd and yet no reason to refuse the event',
    definition    Int64                  COMMENT 'Version of the pipeline file under which the event was applied',
    partition     UInt16                 COMMENT 'Partition of profile.log that accepted the event',
    version       UInt64                 COMMENT 'Position in that partition',
    origin        LowCardinality(String) COMMENT 'Raw partition that it was read from',
    origin_offset Int64                  COMMENT 'Offset of the raw record',
    origin_index  UInt32                 COMMENT 'Index of the event within the raw record'
)
AS SELECT
    if(e.received_at > i.expired_at, i.profile_id, NULL) AS profile_id,
    e.fragment_id AS fragment_id,
    e.event_id AS event_id,
    e.event_key AS event_key,
    e.channel AS channel,
    e.source AS source,
    e.type AS type,
    e.occurred_at AS occurred_at,
    e.received_at AS received_at,
    e.log_time AS log_time,
    e.identifiers AS identifiers,
    e.traits AS traits,
    e.trait_kind AS trait_kind,
    e.party AS party,
    e.consent AS consent,
    e.machine AS machine,
    e.properties AS properties,
    e.schema_id AS schema_id,
    e.unknown_type AS unknown_type,
    e.flags AS flags,
    e.definition AS definition,
    e.partition AS partition,
    e.version AS version,
    e.origin AS origin,
    e.origin_offset AS origin_offset,
    e.origin_index AS origin_index
FROM (SELECT * FROM {database}.events FINAL SETTINGS do_not_merge_across_partitions_select_final = 1) AS e
LEFT JOIN
(
    SELECT fragment_id, toNullable(profile_id) AS profile_id, expired_at
    FROM {database}.profile_identifiers FINAL
) AS i ON i.fragment_id = e.fragment_id;
