-- Conditions on the key (a person, a segment) are asked before the other columns are read. Of FINAL only conditions on the sorting key are moved: all versions
-- of a row have the same, so that they stay or go together. The setting is the view's own, so that accounts that may set nothing have it too.

-- Who is in which segment now, since when and why.
CREATE OR REPLACE VIEW {database}.segment_members {cluster}
(
    segment        LowCardinality(String)         COMMENT 'Segment, as the pipeline file names it',
    profile_id     UUID                           COMMENT 'A profile that is in it now',
    entered_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when',
    because        String                         COMMENT 'What the rule read when it decided, a JSON object',
    next_change_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When time alone may next change the answer, as known when the membership last changed: may be early, and later events may have moved it; null: never, by what was known then',
    rule_version   Int64                          COMMENT 'Version of the pipeline file whose rule decided',
    rule_hash      String                         COMMENT 'Hash of the rule',
    version        UInt64                         COMMENT 'Position of the message that decided'
)
AS SELECT segment, profile_id, entered_at, because, next_change_at, rule_version, rule_hash, version
FROM {database}.segment_memberships FINAL
WHERE member = 1
SETTINGS optimize_move_to_prewhere_if_final = 1;

-- Every entry and exit, once.
CREATE OR REPLACE VIEW {database}.segment_changes {cluster}
(
    segment      LowCardinality(String) COMMENT 'Segment, as the pipeline file names it',
    profile_id   UUID                   COMMENT 'Profile, as it was called then; profile_aliases says what it is now',
    at           DateTime64(3, 'UTC')   COMMENT 'When it took effect',
    to           LowCardinality(String) COMMENT 'entered or exited',
    cause        LowCardinality(String) COMMENT 'event, timer, merge, split, define, import, erasure, expiry or consent',
    because      String                 COMMENT 'What the rule read when it decided, a JSON object',
    rule_version Int64                  COMMENT 'Version of the pipeline file whose rule decided',
    version      UInt64                 COMMENT 'Position of the message that caused it',
    seq          UInt32                 COMMENT 'Order of the transitions that one message caused'
)
AS SELECT segment, profile_id, at, to, cause, because, rule_version, version, seq
FROM {database}.segment_transitions FINAL
SETTINGS optimize_move_to_prewhere_if_final = 1;
