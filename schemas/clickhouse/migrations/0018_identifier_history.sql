-- Who an identifier was at a time. Members of profile_history don't say: an identifier that only ever came beside better ones has no events of its own.
CREATE TABLE IF NOT EXISTS {database}.profile_identifier_history {cluster}
(
    fragment_id      String                 COMMENT 'Fragment: <identifier type>:<pseudonym>',
    identifier_type  LowCardinality(String) COMMENT 'Type of the identifier, as the pipeline file names it',
    birth_profile_id UUID                   COMMENT 'Profile id that the fragment was born with',
    profile_id       UUID                   COMMENT 'Profile that it belonged to from here on',
    assigned_at      DateTime64(3, 'UTC')   COMMENT 'Log time from which on' CODEC(Delta, ZSTD(1)),
    version          UInt64                 COMMENT 'Position of the change in the log of the fragment''s home',
    deleted          UInt8                  COMMENT '1: from here on nobody''s: erased or expired',
    expired_at       DateTime64(3, 'UTC')   COMMENT 'What was received by then belongs to a life that expired; 1970: to none'
)
ENGINE = {engine}(version)
ORDER BY (fragment_id, version)
COMMENT 'Every row that profile_identifiers had, for questions as of a time: read identifiers_at(at)';

-- Parameterised, identifiers_at(at = …): which profile each identifier belonged to at a time.
CREATE OR REPLACE VIEW {database}.identifiers_at {cluster}
AS SELECT
    fragment_id,
    argMax(h.identifier_type, h.version) AS identifier_type,
    argMax(h.birth_profile_id, h.version) AS birth_profile_id,
    argMax(h.profile_id, h.version) AS profile_id,
    argMax(h.assigned_at, h.version) AS assigned_at
FROM
(
    SELECT fragment_id, identifier_type, birth_profile_id, profile_id, assigned_at, version, deleted
    FROM {database}.profile_identifier_history
    WHERE assigned_at <= {at:DateTime64(3, 'UTC')}
    UNION ALL
    -- What has not changed since the history expired, or was begun, is still here.
    SELECT fragment_id, identifier_type, birth_profile_id, profile_id, assigned_at, version, deleted
    FROM {database}.profile_identifiers FINAL
    WHERE assigned_at <= {at:DateTime64(3, 'UTC')}
) AS h
GROUP BY fragment_id
HAVING argMax(h.deleted, h.version) = 0;
