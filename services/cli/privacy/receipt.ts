import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { InstallationKey } from '#runtime/keys/index.ts'
import { parseJson } from '#runtime/log/parse-json.ts'
import { toJsonLine } from '../shell/json.ts'

const count = z.object({ rows: z.int(), named: z.int() })

const contentSchema = z.object({
  format: z.literal(1),
  kind: z.literal('tributary-erasure'),
  command_id: z.string(),
  /** Offset in `identity.links`, and the generation of profile.log that it served then. */
  command_offset: z.int(),
  generation: z.int(),
  erased_at: z.iso.datetime(),
  /** Nothing that documented views show was of the person from then on. */
  invisible_at: z.iso.datetime(),
  seconds_to_invisible: z.number(),
  /** Keyed hashes of the identifiers: only the installation can tell whose they are. */
  identifiers: z.array(z.string()),
  bound_days: z.int().nullable(),
  bound_until: z.iso.datetime().nullable(),
  bound: z.array(z.object({ place: z.string(), days: z.number().nullable(), why: z.string() })),
  company_topics: z.array(z.object({ place: z.string(), days: z.number().nullable() })),
  deleted: z.record(z.string(), z.record(z.string(), count)),
  dead_letters: z.object({
    read: z.int(),
    closed: z.int(),
    /** Left out by those of older versions. */
    partly: z.int().optional(),
    letters: z.int(),
    replays: z.int(),
  }),
  checkpoints_removed: z.int().nullable(),
  /** Data keys that its homes had not destroyed; left out by those of older versions. */
  keys_destroyed: z.int().optional(),
  /** False: something was on its way still; `tributary privacy sweep` completes it. */
  complete: z.boolean(),
})

export type ReceiptContent = z.infer<typeof contentSchema>
const receiptSchema = contentSchema.extend({ seal: z.string() })
export type Receipt = z.infer<typeof receiptSchema>

const hmac = (key: Uint8Array, text: string): string =>
  createHmac('sha256', key).update(text).digest('base64url')

/** Names identifiers in receipts and in `audit_log`. Neither the value nor the pseudonym can be had from it. */
export function createSubjectHash(
  key: Pick<InstallationKey, 'derive'>,
): (id: FragmentId) => string {
  const derived = key.derive('erasure-receipt/identifier')
  return (id) => hmac(derived, id)
}

/** A receipt that nobody without the key can have written or changed. */
export const sealReceipt = (
  key: Pick<InstallationKey, 'derive'>,
  content: ReceiptContent,
): Receipt => ({ ...content, seal: hmac(key.derive('erasure-receipt/seal'), toJsonLine(content)) })

/** @throws TributaryError `TRB_USAGE` for what is no receipt, `TRB_SEAL_BROKEN` for one of another key or that was changed. */
export function openReceipt(key: Pick<InstallationKey, 'derive'>, text: string): Receipt {
  const parsed = receiptSchema.safeParse(parseJson(text))
  if (!parsed.success) throw new TributaryError('TRB_USAGE', 'that is no receipt of an erasure')
  const { seal, ...content } = parsed.data
  const [is, shouldBe] = [seal, sealReceipt(key, content).seal].map((one) => Buffer.from(one))
  if (is !== undefined && shouldBe !== undefined && is.length === shouldBe.length)
    if (timingSafeEqual(is, shouldBe)) return parsed.data
  throw new TributaryError(
    'TRB_SEAL_BROKEN',
    'the receipt was changed, or is of another installation key',
  )
}
