CREATE TABLE IF NOT EXISTS {database}.segment_memberships {cluster}
(
    profile_id     UUID                           COMMENT 'Profile',
    segment        LowCardinality(String)         COMMENT 'Segment, as the pipeline file names it',
    version        UInt64                         COMMENT 'Position of the message that made this row',
    member         UInt8                          COMMENT '1: in the segment; 0: left it (a closing row)',
    entered_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'Time of the last entry',
    exited_at      Nullable(DateTime64(3, 'UTC')) COMMENT 'Time of the last exit',
    rule_version   Int64                          COMMENT 'Version of the pipeline file whose rule decided',
    rule_hash      String                         COMMENT 'Hash of the rule: the same as long as the rule means the same',
    because        String                         COMMENT 'What the rule read when it decided, a JSON object' CODEC(ZSTD(1)),
    next_change_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When time alone may next change the answer; null: never'
)
ENGINE = {engine}(version)
ORDER BY (profile_id, segment)
COMMENT 'One row per profile and segment that it ever was in: read segment_members';

CREATE OR REPLACE VIEW {database}.segment_members {cluster}
(
    segment        LowCardinality(String)         COMMENT 'Segment, as the pipeline file names it',
    profile_id     UUID                           COMMENT 'A profile that is in it now',
    entered_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when',
    because        String                         COMMENT 'What the rule read when it decided, a JSON object',
    next_change_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When time alone may next change the answer; null: never',
    rule_version   Int64                          COMMENT 'Version of the pipeline file whose rule decided',
    rule_hash      String                         COMMENT 'Hash of the rule',
    version        UInt64                         COMMENT 'Position of the message that decided'
)
AS SELECT segment, profile_id, entered_at, because, next_change_at, rule_version, rule_hash, version
FROM {database}.segment_memberships FINAL
WHERE member = 1;

CREATE TABLE IF NOT EXISTS {database}.segment_transitions {cluster}
(
    profile_id   UUID                   COMMENT 'Profile',
    segment      LowCardinality(String) COMMENT 'Segment, as the pipeline file names it',
    version      UInt64                 COMMENT 'Position of the message that caused it',
    seq          UInt32                 COMMENT 'Order of the transitions that one message caused',
    at           DateTime64(3, 'UTC')   COMMENT 'When it took effect: the log time, or the due time of a timer',
    to           LowCardinality(String) COMMENT 'entered or exited',
    cause        LowCardinality(String) COMMENT 'event, timer, merge, split, define, import, erasure or expiry',
    rule_version Int64                  COMMENT 'Version of the pipeline file whose rule decided',
    rule_hash    String                 COMMENT 'Hash of the rule',
    because      String                 COMMENT 'What the rule read when it decided, a JSON object' CODEC(ZSTD(1))
)
ENGINE = {engine}(version)
ORDER BY (profile_id, segment, version, seq)
COMMENT 'Every entry and exit, once: read segment_changes';

CREATE OR REPLACE VIEW {database}.segment_changes {cluster}
(
    segment      LowCardinality(String) COMMENT 'Segment, as the pipeline file names it',
    profile_id   UUID                   COMMENT 'Profile, as it was called then; profile_aliases says what it is now',
    at           DateTime64(3, 'UTC')   COMMENT 'When it took effect',
    to           LowCardinality(String) COMMENT 'entered or exited',
    cause        LowCardinality(String) COMMENT 'event, timer, merge, split, define, import, erasure or expiry',
    because      String                 COMMENT 'What the rule read when it decided, a JSON object',
    rule_version Int64                  COMMENT 'Version of the pipeline file whose rule decided',
    version      UInt64                 COMMENT 'Position of the message that caused it',
    seq          UInt32                 COMMENT 'Order of the transitions that one message caused'
)
AS SELECT segment, profile_id, at, to, cause, because, rule_version, version, seq
FROM {database}.segment_transitions FINAL;
