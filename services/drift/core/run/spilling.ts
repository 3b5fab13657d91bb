/** Bytes of the groups of one query that ClickHouse keeps in memory. */
export const groupBytesMax = 200_000_000

/**
 * Setting of every query that groups by what sources or people make up: texts of a trait, types of events, who moved between segments. Further groups go to
 * ClickHouse's disk and are put together from there, to the same answer.
 */
export const spilling = `max_bytes_before_external_group_by = ${groupBytesMax}`
