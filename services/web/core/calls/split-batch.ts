import {
  type Fields,
  asList,
  isFields,
  isRejection,
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

const batchOf = (item: unknown): readonly unknown[] | undefined =>
  isFields(item) ? asList(own(item, 'batch')) : undefined

function callsOf(item: unknown): readonly unknown[] {
  const batch = batchOf(item)
  return batch && isFields(item) ? splitBatch(item, batch) : [item]
}

/** One call, the body of a `batch` request, or a list of either. */
export function splitCalls(record: unknown): readonly unknown[] | Rejection {
  const items = listOrOne(record)
  if (isRejection(items)) return items
  return items.some((item) => batchOf(item) !== undefined) ? items.flatMap(callsOf) : items
}
