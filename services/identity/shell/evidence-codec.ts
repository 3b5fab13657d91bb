import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { Evidence, EvidenceKind } from '../core/state.ts'
import { createRowReader, type RowWriter } from './row-bytes.ts'

/** A piece of evidence with its id. */
export interface KeptEvidence {
  readonly linkId: string
  readonly said: Evidence
}

/** A row of evidence. A key is the link's id and a nonce: of most the rest is enough. */
export function writeEvidence(writer: RowWriter, { linkId, said }: KeptEvidence): void {
  writer.text(linkId)
  writer.texts(said.ids)
  writer.texts(said.others)
  writer.text(said.eventId)
  writer.text(said.source)
  writer.text(said.kind)
  writer.number(said.offset)
  writer.number(said.receivedAt)
  writer.number(said.seenAt)
  writer.word(said.keys.length)
  for (const key of said.keys) {
    const isShort = key.startsWith(linkId)
    writer.byte(isShort ? 1 : 0)
    writer.text(isShort ? key.slice(linkId.length) : key)
  }
}

export function decodeEvidence(bytes: Uint8Array): KeptEvidence {
  const reader = createRowReader(bytes)
  const linkId = reader.text()
  const ids = reader.texts<FragmentId>()
  const others = reader.texts<FragmentId>()
  const eventId = reader.text()
  const source = reader.text()
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `writeEvidence`
  const kind = reader.text() as EvidenceKind
  const offset = reader.number()
  const receivedAt = epochMs(reader.number())
  const seenAt = epochMs(reader.number())
  const keys: string[] = []
  for (let left = reader.word(); left > 0; left -= 1) {
    const isShort = reader.byte() === 1
    keys.push(isShort ? linkId + reader.text() : reader.text())
  }
  return { linkId, said: { ids, others, eventId, source, offset, receivedAt, seenAt, kind, keys } }
}
