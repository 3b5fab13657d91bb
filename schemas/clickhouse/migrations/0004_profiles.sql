-- Columns of features (f_*) and traits (t_*) are added from the pipeline file by `tributary deploy`.
CREATE TABLE IF NOT EXISTS {database}.profiles {cluster}
(
    profile_id       UUID                           COMMENT 'Birth id of the profile''s representative fragment',
    version          UInt64                         COMMENT 'Position of the message that made this row, in the log of its owner',
    deleted          UInt8                          COMMENT '1: merged into another profile, erased or expired',
    updated_at       DateTime64(3, 'UTC')           COMMENT 'Log time of that message',
    first_seen       Nullable(DateTime64(3, 'UTC')) COMMENT 'Time of the oldest event',
    last_seen        Nullable(DateTime64(3, 'UTC')) COMMENT 'Time of the newest event',
    events           UInt64                         COMMENT 'Number of events of all members',
    members          Array(String)                  COMMENT 'Fragments that the profile is the sum of',
    definition       Int64                          COMMENT 'Version of the pipeline file in force',
    consent          Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Purpose to given, denied, unanswered or basis',
    trait_provenance Map(LowCardinality(String), Tuple(source LowCardinality(String), kind LowCardinality(String), party LowCardinality(String), at DateTime64(3, 'UTC'))) COMMENT 'Trait to source, kind, party and time of the value shown'
)
ENGINE = {engine}(version, deleted)
ORDER BY profile_id
COMMENT 'One row per profile; decayed features stand at their reference time: read profiles_now';

CREATE TABLE IF NOT EXISTS {database}.profile_history {cluster}
(
    profile_id       UUID                           COMMENT 'Birth id of the profile''s representative fragment',
    version          UInt64                         COMMENT 'Position of the message that made this row, in the log of its owner',
    deleted          UInt8                          COMMENT '1: from here on merged into another profile, erased or expired',
    updated_at       DateTime64(3, 'UTC')           COMMENT 'Log time of that message' CODEC(Delta, ZSTD(1)),
    first_seen       Nullable(DateTime64(3, 'UTC')) COMMENT 'Time of the oldest event',
    last_seen        Nullable(DateTime64(3, 'UTC')) COMMENT 'Time of the newest event',
    events           UInt64                         COMMENT 'Number of events of all members',
    members          Array(String)                  COMMENT 'Fragments that the profile is the sum of',
    definition       Int64                          COMMENT 'Version of the pipeline file in force',
    consent          Map(LowCardinality(String), LowCardinality(String)) COMMENT 'Purpose to given, denied, unanswered or basis',
    trait_provenance Map(LowCardinality(String), Tuple(source LowCardinality(String), kind LowCardinality(String), party LowCardinality(String), at DateTime64(3, 'UTC'))) COMMENT 'Trait to source, kind, party and time of the value shown'
)
ENGINE = {engine}(version)
ORDER BY (profile_id, version)
COMMENT 'Every row that profiles had, for questions as of a time: read profiles_at(at)';
