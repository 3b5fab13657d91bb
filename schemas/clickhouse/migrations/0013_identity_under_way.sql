-- Both sides count in their folds, so that neither a crash nor a message that comes twice is counted. Rows of the generation that counts highest:
-- another one began anew, perhaps with fewer partitions.
CREATE OR REPLACE VIEW {database}.identity_under_way {cluster}
(
    what            LowCardinality(String) COMMENT 'links: sent by homes, not yet decided by the linker; assignments: decided, not yet received by their homes',
    under_way       Float64                COMMENT 'How many, by the newest counters of both sides',
    sent            Float64                COMMENT 'How many were sent since the start of the log',
    oldest_seconds  Float64                COMMENT 'The oldest of them has been waiting no longer than this: the oldest record of the topic that carries them'
)
AS
WITH
    counters AS
    (
        SELECT component, name, partition, value, bitShiftRight(version, 56) AS generation
        FROM {database}.pipeline_health FINAL
        WHERE topic = '' AND component IN ('identity', 'profiles')
    ),
    sums AS
    (
        SELECT
            sumIf(value, component = 'profiles' AND name = 'linksSent') AS links_sent,
            sumIf(value, component = 'identity' AND name = 'links') - sumIf(value, component = 'identity' AND name = 'repeated') AS links_decided,
            sumIf(value, component = 'identity' AND name = 'assignments') AS assignments_sent,
            sumIf(value, component = 'profiles' AND name = 'assignmentsReceived') AS assignments_received
        FROM counters
        WHERE generation = (SELECT max(generation) FROM counters)
    )
SELECT
    row.1 AS what,
    greatest(row.2 - row.3, 0) AS under_way,
    row.2 AS sent,
    if(row.2 > row.3, (SELECT max(delay_seconds) FROM {database}.pipeline_stages_now WHERE stage = row.4), 0) AS oldest_seconds
FROM sums
ARRAY JOIN
    [('links', links_sent, links_decided, 'identity'), ('assignments', assignments_sent, assignments_received, 'profiles')] AS row;
