import { groupMinDefault } from '../groups/index.ts'

/**
 * Sizes of groups of people for dashboards: one below the minimum is no number. The minimum is that of the deployed pipeline file, written into the
 * views by its deploy; until then the least that it may be. The flow does without FINAL, which would read the whole table for a day of it: people are
 * counted once, however often a row is there.
 */
export function groupViews(minimum: number = groupMinDefault): readonly string[] {
  const least = String(Math.max(minimum, groupMinDefault))
  const small = (size: string): string => `if(${size} < ${least}, NULL, ${size})`
  const below = (size: string): string => `if(${size} < ${least}, ${least}, NULL)`
  const shown = (size: string): string => `if(${size} < ${least}, '<${least}', toString(${size}))`
  return [
    `-- How many people are in each segment that ever had a member.
CREATE OR REPLACE VIEW {database}.segment_sizes {cluster}
(
    segment      LowCardinality(String)         COMMENT 'Segment, as the pipeline file names it',
    size         Nullable(UInt64)               COMMENT 'People who are in it now; null: fewer than size_below, perhaps nobody. Null is not zero',
    size_below   Nullable(UInt64)               COMMENT 'privacy.min_group of the pipeline file, where there are fewer; else null',
    shown        String                         COMMENT 'The same to be read: 1234, or <10',
    oldest_entry Nullable(DateTime64(3, 'UTC')) COMMENT 'When the member who is in it longest entered; null: too few to tell'
)
AS SELECT segment, ${small('n')} AS size, ${below('n')} AS size_below, ${shown('n')} AS shown, if(n < ${least}, NULL, oldest) AS oldest_entry
FROM
(
    SELECT segment, countIf(member = 1) AS n, minIf(entered_at, member = 1) AS oldest
    FROM {database}.segment_memberships FINAL
    GROUP BY segment
)`,
    `-- How many people entered and left each segment, by day and cause.
CREATE OR REPLACE VIEW {database}.segment_flow {cluster}
(
    day        Date                   COMMENT 'Day, UTC',
    segment    LowCardinality(String) COMMENT 'Segment, as the pipeline file names it',
    to         LowCardinality(String) COMMENT 'entered or exited',
    cause      LowCardinality(String) COMMENT 'event, timer, merge, split, define, import, erasure, expiry or consent',
    size       Nullable(UInt64)       COMMENT 'People, each counted once; null: fewer than size_below',
    size_below Nullable(UInt64)       COMMENT 'privacy.min_group of the pipeline file, where there are fewer; else null',
    shown      String                 COMMENT 'The same to be read: 1234, or <10'
)
AS SELECT day, segment, to, cause, ${small('n')} AS size, ${below('n')} AS size_below, ${shown('n')} AS shown
FROM
(
    SELECT toDate(at) AS day, segment, to, cause, uniqExact(profile_id) AS n
    FROM {database}.segment_transitions
    GROUP BY day, segment, to, cause
)`,
  ]
}
