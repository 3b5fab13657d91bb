-- The moment stands as it was known when the membership last changed; nothing writes the row anew when an event moves the timer.
ALTER TABLE {database}.segment_memberships {cluster}
    COMMENT COLUMN IF EXISTS next_change_at 'When time alone may next change the answer, as known when the membership last changed: may be early, and later events may have moved it; null: never, by what was known then';

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
WHERE member = 1;
