-- Sorted by the place in the log: parts never overlap, so that FINAL costs nothing, and what one person did in a while lies together.
CREATE TABLE IF NOT EXISTS {database}.identity_links {cluster}
(
    offset      UInt64                 COMMENT 'Offset of the record in identity.links: links are decided in this order',
    version     UInt64                 COMMENT 'Position of the record, or of the erasure that removed it',
    deleted     UInt8                  COMMENT '1: removed by an erasure; nothing else is left of it',
    link_id     String                 COMMENT 'Id of the link; command:<id> for an operator''s command',
    kind        LowCardinality(String) COMMENT 'link, or the action of a command: merge, split, unsplit, reconsider or erase',
    fate        LowCardinality(String) COMMENT 'What became of it: merge, split, unsplit, erase; refuse: nothing was left to link; demote: some of it was left out; ambiguous, block: of shared devices or junk it said nothing; confirm: it said what was known',
    at          DateTime64(3, 'UTC')   COMMENT 'Log time of the link; time of the command',
    clock       DateTime64(3, 'UTC')   COMMENT 'The linker''s clock when it came to the record',
    policy      Nullable(UInt64)       COMMENT 'Version of the pipeline file in force; null: the defaults, before any',
    identifiers Array(String)          COMMENT 'Fragments that it names, best first; none for an erasure',
    blocked     Array(LowCardinality(String)) COMMENT 'For each of them the junk rule that it met, or empty',
    event_id    String                 COMMENT 'Id of the event that is the evidence; id of the command',
    event_key   String                 COMMENT 'Key of the event, as in events; empty for a command',
    source      LowCardinality(String) COMMENT 'Source of the event; operator:<account> for a command',
    event_type  LowCardinality(String) COMMENT 'Type of the event; empty for a command',
    occurred_at DateTime64(3, 'UTC')   COMMENT 'When the event happened; time of the command',
    received_at DateTime64(3, 'UTC')   COMMENT 'When the event arrived; time of the command',
    reason      String                 COMMENT 'Why, in the words of the operator; empty for a link',
    INDEX identifiers_filter identifiers TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX link_id_filter link_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine}(version, deleted)
ORDER BY offset
COMMENT 'Every link and command that the linker came to, and what became of it: read with FINAL';
