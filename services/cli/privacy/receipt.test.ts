import { expect, test } from 'vitest'
import type { FragmentId } from '#runtime/event/ids.ts'
import { createInstallationKey } from '#runtime/keys/index.ts'
import { toJsonLine } from '../shell/json.ts'
import { createSubjectHash, openReceipt, type ReceiptContent, sealReceipt } from './receipt.ts'

const key = createInstallationKey(Buffer.alloc(32, 1))
const another = createInstallationKey(Buffer.alloc(32, 2))
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a name of a test
const fragment = 'email:3q2-7wAAAAAAAAAAAAAAAA' as FragmentId

const content: ReceiptContent = {
  format: 1,
  kind: 'tributary-erasure',
  command_id: 'c',
  command_offset: 7,
  generation: 0,
  erased_at: '2026-03-01T00:00:00.000Z',
  invisible_at: '2026-03-01T00:00:01.000Z',
  seconds_to_invisible: 1,
  identifiers: [createSubjectHash(key)(fragment)],
  bound_days: 38,
  bound_until: '2026-04-08T00:00:00.000Z',
  bound: [],
  company_topics: [],
  deleted: {},
  dead_letters: { read: 0, closed: 0, letters: 0, replays: 0 },
  checkpoints_removed: null,
  complete: true,
}

test('a receipt opens under the key that sealed it, and names neither value nor pseudonym', () => {
  const text = toJsonLine(sealReceipt(key, content))
  expect(openReceipt(key, text).command_offset).toBe(7)
  expect(text).not.toContain(fragment.split(':')[1])
})

test('one that was changed, or is of another installation, does not open', () => {
  const text = toJsonLine(sealReceipt(key, content))
  const changed = text.replace('"bound_days":38', '"bound_days":39')
  for (const [with_, of] of [
    [key, changed],
    [another, text],
  ] as const)
    expect(() => openReceipt(with_, of)).toThrow(/changed, or is of another/)
  expect(() => openReceipt(key, '{}')).toThrow(/no receipt/)
})
