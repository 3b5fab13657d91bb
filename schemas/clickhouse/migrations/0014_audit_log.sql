-- Names no customer: whom a command was about is a keyed hash, the same as in the receipt of an erasure.
CREATE TABLE IF NOT EXISTS {database}.audit_log {cluster}
(
    at       DateTime64(3, 'UTC')   COMMENT 'When the command ended',
    audit_id String                 COMMENT 'Id of this entry',
    version  UInt64                 COMMENT 'Time in milliseconds',
    command  LowCardinality(String) COMMENT 'privacy erase, privacy sweep, privacy prove, …',
    actor    String                 COMMENT 'Account that gave it',
    reason   String                 COMMENT 'Why, in its words; no personal data',
    subject  Array(String)          COMMENT 'Identifiers concerned: HMAC-SHA-256 under a key of the installation',
    outcome  LowCardinality(String) COMMENT 'done, found (a finding) or failed',
    details  String                 COMMENT 'Ids and counts, a JSON object' CODEC(ZSTD(1))
)
ENGINE = {engine}(version)
ORDER BY (at, audit_id)
COMMENT 'Privileged commands: who, what, when, why, on whom';
