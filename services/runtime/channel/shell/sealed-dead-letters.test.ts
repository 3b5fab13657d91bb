import { expect, test } from 'vitest'
import { epochMs, offset } from '../../event/ids.ts'
import { createInstallationKey, createSealer } from '../../keys/index.ts'
import { requestLimits, sizeOf } from '../../kafka/group-commit.ts'
import { bareLetterNote } from '../../log/encode-dead-letter.ts'
import { deadLetterCodec } from '../../log/public-records.ts'
import type { DeadLetterDraft } from './dead-letters.ts'
import { createDeadLetterEncoder } from './sealed-dead-letters.ts'

const sealer = createSealer({
  key: createInstallationKey(new Uint8Array(32).fill(1)),
  purpose: 'dead-letter',
})
const encoder = createDeadLetterEncoder({ sealer, schemaId: 1, now: () => epochMs(0) })

const draft: DeadLetterDraft = {
  topic: 'channel.web',
  partition: 0,
  offset: offset(7),
  index: null,
  stage: 'decode',
  reason: 'invalid_json',
  detail: 'cut off',
  source: 'segment',
  schemaId: null,
  receivedAt: epochMs(0),
  payload: Buffer.from('{"email":"ada@mail.example.net"'),
  headers: { account: Buffer.from('ada@mail.example.net') },
  attempt: 1,
  history: [],
}

test('what the company wrote, bytes and headers alike, is readable for whoever holds the key and nobody else', () => {
  const { value } = encoder.encode(draft)
  if (value === null) throw new Error('a tombstone')
  const letter = deadLetterCodec.decode(value)
  const clear = [Buffer.from(value).toString('latin1'), JSON.stringify(letter)].join()
  expect(clear).not.toContain('ada@')
  expect(clear).not.toContain(Buffer.from('ada@mail.example.net').toString('base64').slice(0, 20))
  expect(Buffer.from(sealer.open(letter.payload)).toString()).toBe(
    '{"email":"ada@mail.example.net"',
  )
  expect(Buffer.from(sealer.open(letter.headers['account'] ?? '')).toString()).toBe(
    'ada@mail.example.net',
  )
})

test('a replay that fails again is sealed with the key of the day on which the record failed first', () => {
  const dayMs = 86_400_000
  const later = createDeadLetterEncoder({ sealer, schemaId: 1, now: () => epochMs(40 * dayMs) })
  const first = { attempt: 1, failedAt: epochMs(dayMs), stage: 'decode', reason: 'invalid_json' }
  const { value } = later.encode({ ...draft, attempt: 2, history: [first] })
  const letter = deadLetterCodec.decode(value ?? new Uint8Array())
  expect(letter).toMatchObject({ attempt: 2, history: [first], failedAt: 40 * dayMs })
  expect(letter.payload).toMatch(/^dead-letter\/1970-01-02\./)
  expect(letter.headers['account']).toMatch(/^dead-letter\/1970-01-02\./)
})

test('a letter of a record whose time nobody can tell has the time at which it failed', () => {
  const { value } = createDeadLetterEncoder({ sealer, schemaId: 1, now: () => epochMs(5) }).encode({
    ...draft,
    receivedAt: null,
  })
  expect(deadLetterCodec.decode(value ?? new Uint8Array())).toMatchObject({
    receivedAt: 5,
    failedAt: 5,
  })
})

test('a letter that would be refused for its size goes without its bytes and headers, and says so', () => {
  const headers = { ['€'.repeat(requestLimits.recordBytesMax / 3)]: Buffer.from('x') }
  const record = encoder.encode({ ...draft, headers })
  expect(sizeOf(record)).toBeLessThan(requestLimits.recordBytesMax)
  expect(deadLetterCodec.decode(record.value ?? new Uint8Array())).toMatchObject({
    offset: draft.offset,
    reason: 'invalid_json',
    detail: `cut off${bareLetterNote}`,
    payload: '',
    headers: {},
  })
})
