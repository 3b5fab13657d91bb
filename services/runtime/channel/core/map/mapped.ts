import { reject } from '../outcome.ts'
import type { Vendor } from '../source.ts'

/** Any record of a company's own, read by the map of its source. */
export const mapped: Vendor = {
  name: 'mapped',
  detects: () => false,
  split: (record, source) =>
    source.map?.split(record) ?? reject('unknown_source', `the source ${source.name} has no map`),
  draft: (item, context) =>
    context.source.map?.draft(item, context) ??
    reject('unknown_source', `the source ${context.source.name} has no map`),
}
