import {
  type Fields,
  asList,
  isFields,
  listOrOne,
  own,
  ownFields,
} from '#runtime/channel/core/fields.ts'
import type { Rejection } from '#runtime/channel/core/outcome.ts'

/** Fields of a batch that hold for each of its calls, unless the call says otherwise. */
const batchFields = ['sentAt', 'receivedAt'] as const

/** The batch's context, under that of the call: of two fields of one name the call's counts. */
function contextOf(item: Fields, shared: Fields): Fields {
  const written = ownFields(item, 'context')
  return written ? { ...shared, ...written } : shared
}

function splitBatch(record: Fields, batch: readonly unknown[]): readonly unknown[] {
  const shared = batchFields.filter((name) => own(record, name) !== undefined)
  const context = ownFields(record, 'context')
  if (shared.length === 0 && context === undefined) return batch
  return batch.map((item) => {
    if (!isFields(item)) return item
    const whole: Record<string, unknown> = { ...item }
    for (const name of shared) if (own(item, name) === undefined) whole[name] = record[name]
    if (context) whole['context'] = contextOf(item, context)
    return whole
  })
}

/** One call, a list of calls, or the body of a `batch` request. */
export function splitCalls(record: unknown): readonly unknown[] | Rejection {
  const batch = isFields(record) ? asList(own(record, 'batch')) : undefined
  return isFields(record) && batch ? splitBatch(record, batch) : listOrOne(record)
}
