-- A record that fails again keeps its place and its history.
ALTER TABLE {database}.dead_letters {cluster}
    ADD COLUMN IF NOT EXISTS attempt         UInt16 DEFAULT 1                            COMMENT 'Number of the try that failed; 1: the record itself, higher: a replay of it' AFTER failed_at,
    ADD COLUMN IF NOT EXISTS first_failed_at DateTime64(3, 'UTC') DEFAULT failed_at      COMMENT 'When its first try failed' AFTER attempt,
    ADD COLUMN IF NOT EXISTS history         Array(Tuple(attempt UInt16, failed_at DateTime64(3, 'UTC'), stage LowCardinality(String), reason LowCardinality(String))) COMMENT 'Earlier tries that failed, oldest first: the first one and the last 19' AFTER first_failed_at,
    COMMENT COLUMN IF EXISTS version 'Time of receipt and number of the try: grows when the same record fails again';

CREATE TABLE IF NOT EXISTS {database}.dead_letter_replays {cluster}
(
    topic        LowCardinality(String) COMMENT 'Topic of the raw record',
    partition    UInt32                 COMMENT 'Its partition',
    offset       Int64                  COMMENT 'Its offset',
    received_at  DateTime64(3, 'UTC')   COMMENT 'Broker time of the raw record',
    attempt      UInt16                 COMMENT 'Number of the try: 2 is the first replay',
    version      UInt64                 COMMENT 'When it was sent, milliseconds: of two that sent the same try the later stands',
    indexes      Array(Int32)           COMMENT 'Letters that the replay was to settle: indexes of events within the record; -1: the record as a whole',
    replay_topic LowCardinality(String) COMMENT 'Topic that it was sent to',
    replayed_at  DateTime64(3, 'UTC')   COMMENT 'When it was sent',
    replayed_by  String                 COMMENT 'Who sent it',
    note         String                 COMMENT 'Why, in the words of whoever sent it'
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(received_at)
ORDER BY (topic, partition, offset, received_at, attempt)
COMMENT 'Every dead letter that was sent again, by record and try: read with FINAL';

CREATE OR REPLACE VIEW {database}.dead_letters_now {cluster}
(
    topic           LowCardinality(String) COMMENT 'Topic of the raw record',
    partition       UInt32                 COMMENT 'Its partition',
    offset          Int64                  COMMENT 'Its offset',
    `index`         Int32                  COMMENT 'Index of the event within the record; -1: the record as a whole',
    status          LowCardinality(String) COMMENT 'open: waits for somebody; replayed: sent again, and no refusal came back; failed_again: refused at its last try',
    stage           LowCardinality(String) COMMENT 'Stage of the pipeline that refused it',
    reason          LowCardinality(String) COMMENT 'Closed reason code',
    detail          String                 COMMENT 'What was wrong, without personal data',
    source          LowCardinality(String) COMMENT 'Vendor or mapped source',
    schema_id       Nullable(Int32)        COMMENT 'Avro schema id of the record; null: not Avro',
    received_at     DateTime64(3, 'UTC')   COMMENT 'Broker time of the raw record',
    failed_at       DateTime64(3, 'UTC')   COMMENT 'When it was refused last',
    attempt         UInt16                 COMMENT 'Number of the try that was refused last; 1: the record itself, higher: a replay of it',
    first_failed_at DateTime64(3, 'UTC')   COMMENT 'When its first try failed',
    history         Array(Tuple(attempt UInt16, failed_at DateTime64(3, 'UTC'), stage LowCardinality(String), reason LowCardinality(String))) COMMENT 'Earlier tries that failed, oldest first: the first one and the last 19',
    last_attempt    UInt16                 COMMENT 'Number of its last try, refused or not',
    replayed_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was sent again last; null: never',
    replayed_by     String                 COMMENT 'Who did that',
    replay_note     String                 COMMENT 'Why'
)
AS SELECT
    d.topic AS topic,
    d.partition AS partition,
    d.offset AS offset,
    d.`index` AS `index`,
    multiIf(r.attempt > d.attempt, 'replayed', d.attempt > 1, 'failed_again', 'open') AS status,
    d.stage AS stage,
    d.reason AS reason,
    d.detail AS detail,
    d.source AS source,
    d.schema_id AS schema_id,
    d.received_at AS received_at,
    d.failed_at AS failed_at,
    d.attempt AS attempt,
    d.first_failed_at AS first_failed_at,
    d.history AS history,
    greatest(d.attempt, r.attempt) AS last_attempt,
    r.replayed_at AS replayed_at,
    r.replayed_by AS replayed_by,
    r.note AS replay_note
FROM
(
    SELECT topic, partition, offset, `index`, stage, reason, detail, source, schema_id, received_at, failed_at, attempt, first_failed_at, history
    FROM {database}.dead_letters FINAL
) AS d
LEFT JOIN
(
    SELECT
        topic, partition, offset, received_at, `index`,
        max(attempt) AS attempt,
        toNullable(argMax(replays.replayed_at, replays.attempt)) AS replayed_at,
        argMax(replays.replayed_by, replays.attempt) AS replayed_by,
        argMax(replays.note, replays.attempt) AS note
    FROM {database}.dead_letter_replays AS replays FINAL
    ARRAY JOIN indexes AS `index`
    GROUP BY topic, partition, offset, received_at, `index`
) AS r
ON r.topic = d.topic AND r.partition = d.partition AND r.offset = d.offset AND r.received_at = d.received_at AND r.`index` = d.`index`;
