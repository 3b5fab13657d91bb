import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { ValueCodec } from '#runtime/state/index.ts'
import {
  type Bar,
  type Component,
  type Exclusion,
  type LinkerNode,
  type Meeting,
  none,
} from '../core/state.ts'
import { type Identifier, noReferences, type References, referenceSize } from './identifiers.ts'
import { createRowReader, createRowWriter, type RowReader, type RowWriter } from './row-bytes.ts'

/** What stands in a row, and what is written only where it is. */
const has = {
  node: 1,
  profile: 2,
  joins: 4,
  named: 8,
  company: 16,
  meetings: 32,
  bars: 64,
} as const
const exclusions: readonly (Exclusion | null)[] = [null, 'ambiguous_device', 'automatic_block']

/** Rows of identifiers: most links write two or three. The same object gives the same bytes. */
export function createIdentifierCodec(
  writer: RowWriter = createRowWriter(),
): ValueCodec<Identifier> {
  return {
    encode({ node, component, joins, named, more }) {
      writer.start()
      writer.byte(
        (node === null ? 0 : has.node) |
          (component === null ? 0 : has.profile) |
          (joins.length === 0 ? 0 : has.joins) |
          (named.length === 0 ? 0 : has.named) |
          ((node?.seenWith.length ?? 0) === 0 ? 0 : has.company) |
          ((node?.met.length ?? 0) === 0 ? 0 : has.meetings) |
          ((node?.bars.length ?? 0) === 0 ? 0 : has.bars),
      )
      writer.byte(more)
      if (node !== null) writeNode(writer, node)
      if (component !== null) writeComponent(writer, component)
      if (joins.length > 0) writeReferences(writer, joins, true)
      if (named.length > 0) writeReferences(writer, named, false)
      return writer.end()
    },
    decode(bytes) {
      const reader = createRowReader(bytes)
      const flags = reader.byte()
      const more = reader.byte()
      return {
        node: flags & has.node ? readNode(reader, flags) : null,
        component: flags & has.profile ? readComponent(reader) : null,
        joins: flags & has.joins ? readReferences(reader, true) : noReferences,
        named: flags & has.named ? readReferences(reader, false) : noReferences,
        more,
        isChanged: false,
      }
    },
  }
}

function writeNode(writer: RowWriter, node: LinkerNode): void {
  writer.text(node.component)
  writer.number(node.first)
  writer.number(node.seenAt)
  writer.number(node.erasedAt)
  writer.byte(exclusions.indexOf(node.excluded))
  if (node.seenWith.length > 0) writer.texts(node.seenWith)
  if (node.met.length > 0) {
    writer.word(node.met.length)
    for (const [profile, at] of node.met) {
      writer.number(profile)
      writer.number(at)
    }
  }
  if (node.bars.length > 0) writer.constantTexts(node.bars)
}

function readNode(reader: RowReader, flags: number): LinkerNode {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by `writeNode`
  const component = reader.text() as FragmentId
  return {
    component,
    first: reader.number(),
    seenAt: epochMs(reader.number()),
    erasedAt: epochMs(reader.number()),
    excluded: exclusions[reader.byte()] ?? null,
    seenWith: flags & has.company ? reader.texts<FragmentId>() : none,
    met: flags & has.meetings ? readMeetings(reader) : none,
    bars: flags & has.bars ? reader.texts<Bar>() : none,
  }
}

const readMeetings = (reader: RowReader): Meeting[] =>
  Array.from({ length: reader.word() }, () => [reader.number(), epochMs(reader.number())])

function writeComponent(writer: RowWriter, { members, counts, bars }: Component): void {
  writer.texts(members)
  const types = Object.entries(counts)
  writer.word(types.length)
  for (const [type, count] of types) {
    writer.text(type)
    writer.word(count)
  }
  writer.texts(bars)
}

function readComponent(reader: RowReader): Component {
  const members = reader.texts<FragmentId>()
  const counts: Record<string, number> = {}
  for (let left = reader.word(); left > 0; left -= 1) counts[reader.text()] = reader.word()
  return { members, counts, bars: reader.texts<Bar>() }
}

function writeReferences(writer: RowWriter, references: References, withSets: boolean): void {
  writer.word(references.length / referenceSize)
  for (let at = 0; at < references.length; at += referenceSize) {
    writer.word(references[at] ?? 0)
    writer.number(references[at + 1] ?? 0)
    if (withSets) writer.number(references[at + 2] ?? 0)
  }
}

function readReferences(reader: RowReader, withSets: boolean): References {
  const references: number[] = []
  for (let left = reader.word(); left > 0; left -= 1) {
    references.push(reader.word())
    references.push(reader.number())
    references.push(withSets ? reader.number() : 0)
  }
  return references
}

/** Profiles of many members have rows of their own. */
export function createComponentCodec(writer: RowWriter = createRowWriter()): ValueCodec<Component> {
  return {
    encode(component) {
      writer.start()
      writeComponent(writer, component)
      return writer.end()
    },
    decode: (bytes) => readComponent(createRowReader(bytes)),
  }
}
