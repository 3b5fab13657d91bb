-- Written where an answer or a basis is new to its fragment, so that sources that state theirs with every event add no row each time.
CREATE TABLE IF NOT EXISTS {database}.consent_history {cluster}
(
    fragment_id String                 COMMENT 'Fragment that said so, or of which it was said: <type>:<pseudonym>',
    purpose     LowCardinality(String) COMMENT 'Purpose of the pipeline file, or a list or group of the source',
    version     UInt64                 COMMENT 'Position of the event in the log of the fragment''s home',
    state       LowCardinality(String) COMMENT 'granted, denied; basis: the source states a legal basis for people who have not answered',
    declared_at DateTime64(3, 'UTC')   COMMENT 'When it was said: the time of the event. Of two answers the later counts, of two at the same time the refusal',
    received_at DateTime64(3, 'UTC')   COMMENT 'When the event arrived',
    source      LowCardinality(String) COMMENT 'Source that carried it',
    event_id    String                 COMMENT 'Id of the event, as its source has it',
    event_key   String                 COMMENT 'Key of the event, as in events'
)
ENGINE = {engine}(version)
ORDER BY (fragment_id, purpose, version)
COMMENT 'What people and sources declared about purposes, where it said something new: read with FINAL';

-- Every declaration that said something new, by the profile that it belongs to now.
CREATE OR REPLACE VIEW {database}.consent_changes {cluster}
(
    profile_id  UUID                   COMMENT 'Profile that the fragment belongs to now',
    fragment_id String                 COMMENT 'Fragment that said so, or of which it was said',
    purpose     LowCardinality(String) COMMENT 'Purpose of the pipeline file, or a list or group of the source',
    state       LowCardinality(String) COMMENT 'granted, denied or basis',
    declared_at DateTime64(3, 'UTC')   COMMENT 'When it was said',
    received_at DateTime64(3, 'UTC')   COMMENT 'When it arrived',
    source      LowCardinality(String) COMMENT 'Source that carried it',
    event_id    String                 COMMENT 'Id of the event, as its source has it'
)
AS SELECT i.profile_id AS profile_id, h.fragment_id AS fragment_id, h.purpose AS purpose, h.state AS state, h.declared_at AS declared_at,
    h.received_at AS received_at, h.source AS source, h.event_id AS event_id
FROM {database}.consent_history AS h FINAL
INNER JOIN {database}.profile_identifiers AS i FINAL ON i.fragment_id = h.fragment_id;

-- What counts for each profile and purpose now, as the fold decides over all members, and the declaration that it comes from.
CREATE OR REPLACE VIEW {database}.consent_now {cluster}
(
    profile_id  UUID                           COMMENT 'Profile',
    purpose     LowCardinality(String)         COMMENT 'Purpose of the pipeline file',
    state       LowCardinality(String)         COMMENT 'given, denied, unanswered; basis: not answered, and a source states a legal basis',
    given       UInt8                          COMMENT '1: what serves the purpose is computed and shown',
    declared_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was declared: the latest declaration of this state that was new; null: unanswered',
    source      String                         COMMENT 'Source that carried that declaration; empty: unanswered',
    event_id    String                         COMMENT 'Event that carried it; empty: unanswered',
    fragment_id String                         COMMENT 'Fragment that it is of; empty: unanswered'
)
AS SELECT c.profile_id AS profile_id, c.purpose AS purpose, c.state AS state, c.state IN ('given', 'basis') AS given,
    if(d.event_id = '', NULL, d.declared_at) AS declared_at, d.source AS source, d.event_id AS event_id, d.fragment_id AS fragment_id
FROM
(
    SELECT profile_id, tupleElement(entry, 1) AS purpose, tupleElement(entry, 2) AS state
    FROM {database}.profiles FINAL
    ARRAY JOIN CAST(consent, 'Array(Tuple(LowCardinality(String), LowCardinality(String)))') AS entry
) AS c
LEFT JOIN
(
    SELECT k.profile_id AS profile_id, k.purpose AS purpose, if(k.state = 'granted', 'given', k.state) AS state, max(k.declared_at) AS declared_at,
        argMax(k.source, k.declared_at) AS source, argMax(k.event_id, k.declared_at) AS event_id, argMax(k.fragment_id, k.declared_at) AS fragment_id
    FROM {database}.consent_changes AS k
    GROUP BY k.profile_id, k.purpose, k.state
) AS d ON d.profile_id = c.profile_id AND d.purpose = c.purpose AND d.state = c.state;

ALTER TABLE {database}.segment_transitions {cluster}
    COMMENT COLUMN IF EXISTS cause 'event, timer, merge, split, define, import, erasure, expiry or consent';

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
FROM {database}.segment_transitions FINAL;
