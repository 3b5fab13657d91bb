CREATE TABLE IF NOT EXISTS {database}.profile_identifiers {cluster}
(
    fragment_id      String                 COMMENT 'Fragment: <identifier type>:<pseudonym>, one per identifier ever seen',
    identifier_type  LowCardinality(String) COMMENT 'Type of the identifier, as the pipeline file names it',
    birth_profile_id UUID                   COMMENT 'Profile id that the fragment was born with; resolvable for ever',
    profile_id       UUID                   COMMENT 'Profile that the fragment belongs to now',
    assigned_at      DateTime64(3, 'UTC')   COMMENT 'Log time since which it belongs there',
    version          UInt64                 COMMENT 'Position of the last change in the log of the fragment''s home',
    deleted          UInt8                  COMMENT '1: erased or expired',
    INDEX profile_id_filter profile_id TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX birth_profile_id_filter birth_profile_id TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine}(version, deleted)
ORDER BY fragment_id
COMMENT 'Which identifier (by pseudonym) belongs to which profile';

-- Any id that was ever a profile's, the present one included, so that an inner join loses nobody.
CREATE OR REPLACE VIEW {database}.profile_aliases {cluster}
(
    alias_id    UUID                 COMMENT 'A profile id of today or of the past',
    profile_id  UUID                 COMMENT 'The profile that it means now',
    assigned_at DateTime64(3, 'UTC') COMMENT 'Since when'
)
AS SELECT birth_profile_id AS alias_id, profile_id, assigned_at
FROM {database}.profile_identifiers FINAL;
