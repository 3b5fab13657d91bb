/**
 * Setting of every query that reads `events FINAL`: rows of one key are merged within their partition, so that a span of `received_at` reads the months that it
 * touches. Without it the server puts the pruning off until after FINAL, and reads all that was ever received; and it compares a person's events of one month
 * with those of all others. Sound for `events`, whose key is a place in the log: an event that is written again has the month that it had. Tables without
 * partitions are read as before.
 */
export const withinPartitions = 'do_not_merge_across_partitions_select_final = 1'
