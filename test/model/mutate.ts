import type { RowBatch } from '#runtime/clickhouse/ports.ts'
import type { TableRows } from '#schemas/clickhouse/rows.ts'
import { epochMs, type Offset, offset } from '#runtime/event/ids.ts'
import type { Request } from '#runtime/kafka/group-commit.ts'
import type { OutgoingRecord, RecordBatch } from '#runtime/kafka/ports.ts'
import { decodeFrame, encodeFrame } from '#runtime/log/frame.ts'
import { decodeLinksRecord } from '#runtime/log/links-record.ts'
import type { Frame, Message } from '#runtime/log/messages.ts'
import type { Bar, LinkerState } from '../../services/identity/core/state.ts'
import type { ConsentDeclarations, PartitionState } from '../../services/profiles/core/state.ts'
import type { Host, Service } from './host.ts'
import type { Mutant } from './mutants.ts'
import { birthOf, isAnonymous } from './people.ts'
import { type World } from './world.ts'

// The wrappers that break the product on purpose (`mutants.ts`). Without a mutant each hands on what it was given.

const isAt = (world: World, host: Host, service: Service, mutant: Mutant): boolean =>
  world.mutant === mutant && host.service === service

/** A send counts as acknowledged before anybody has it. */
export const sendsEarly = (world: World, host: Host): boolean =>
  isAt(world, host, 'profiles', 'step 1 is not awaited') ||
  isAt(world, host, 'channel', 'the offset is committed early') ||
  isAt(world, host, 'identity', 'the linker commits early')

export const mutatedOffset = (
  world: World,
  host: Host,
  { highWatermark }: RecordBatch,
  next: Offset,
): Offset =>
  isAt(world, host, 'channel', 'the offset is committed one too far') && next < highWatermark
    ? offset(next + 1)
    : next

/** The requests that go out in place of one. */
export function mutatedRequest(world: World, host: Host, request: Request): readonly Request[] {
  const { random } = world
  const mapped = (map: (record: OutgoingRecord) => OutgoingRecord | null, topic: string): Request =>
    request.map((batch) =>
      batch.topic === topic
        ? { topic, records: batch.records.map(map).filter((record) => record !== null) }
        : batch,
    )
  const log = world.profiles.writes.profileLog
  const without = (kind: Message['body']['kind']): readonly Request[] => [
    mapped(
      (record) =>
        inFrame(
          record,
          dropped(kind, () => random.chance(0.3)),
        ),
      log,
    ),
  ]
  if (isAt(world, host, 'profiles', 'homes keep to their own time while they are built'))
    return [mapped((record) => inFrame(record, (frame) => ({ ...frame, logTime: null })), log)]
  if (isAt(world, host, 'profiles', 'a Member is dropped')) return without('member')
  if (isAt(world, host, 'profiles', 'a Leave is dropped')) return without('leave')
  if (isAt(world, host, 'identity', 'an Assign is dropped')) return without('assign')
  if (isAt(world, host, 'identity', 'an Erase is dropped')) return without('erase')
  if (isAt(world, host, 'identity', 'tombstones are dropped'))
    return [mapped((record) => (record.value === null ? null : record), world.identity.reads.links)]
  if (isAt(world, host, 'profiles', 'answers stay at home'))
    return [mapped((record) => inFrame(record, withoutAnswers), log)]
  if (isAt(world, host, 'channel', 'a refusal is lost'))
    return [mapped((record) => inFrame(record, withoutRefusals), log)]
  if (isAt(world, host, 'identity', 'no Expire is sent'))
    // One that is lost is asked for again.
    return [
      mapped(
        (record) =>
          inFrame(
            record,
            dropped('expire', () => true),
          ),
        log,
      ),
    ]
  if (isAt(world, host, 'identity', 'what is split off is not told'))
    return [mapped((record) => inFrame(record, withoutReturns), log)]
  if (isAt(world, host, 'profiles', 'a Link is dropped'))
    return [
      mapped(
        (record) => (isLink(record) && random.chance(0.3) ? null : record),
        world.identity.reads.links,
      ),
    ]
  if (isAt(world, host, 'channel', 'a dead letter is dropped'))
    return [
      mapped((record) => (random.chance(0.3) ? null : record), world.profiles.writes.deadLetter),
    ]
  if (isAt(world, host, 'channel', 'positions without the index'))
    return [mapped((record) => inFrame(record, withoutIndex), log)]
  if (isAt(world, host, 'profiles', 'a send is reordered')) return halves(request, log, true)
  if (isAt(world, host, 'profiles', 'a flush for one target is split'))
    return halves(request, log, false)
  return [request]
}

const isLink = ({ value }: OutgoingRecord): boolean =>
  value !== null && decodeLinksRecord(value).kind === 'link'

function inFrame(record: OutgoingRecord, change: (frame: Frame) => Frame): OutgoingRecord {
  return record.value === null
    ? record
    : { ...record, value: encodeFrame(change(decodeFrame(record.value))) }
}

const dropped =
  (kind: Message['body']['kind'], chance: () => boolean) =>
  (frame: Frame): Frame => ({
    ...frame,
    messages: frame.messages.filter(({ body }) => body.kind !== kind || !chance()),
  })

/** Without word that a fragment is a profile of its own again. */
const withoutReturns = (frame: Frame): Frame => ({
  ...frame,
  messages: frame.messages.filter(
    ({ body }) => body.kind !== 'assign' || body.profile !== birthOf(body.fragment),
  ),
})

const withoutAnswers = (frame: Frame): Frame => ({
  ...frame,
  messages: frame.messages.map(({ position, body }) => ({
    position,
    body:
      body.kind === 'member'
        ? { ...body, parts: body.parts.filter(({ name }) => name !== 'consent') }
        : body,
  })),
})

const withoutRefusals = (frame: Frame): Frame => ({
  ...frame,
  messages: frame.messages.map(({ position, body }) => {
    if (body.kind !== 'event') return { position, body }
    const said = Object.entries(body.event.consent).filter(([, state]) => state !== 'denied')
    return {
      position,
      body: { ...body, event: { ...body.event, consent: Object.fromEntries(said) } },
    }
  }),
})

const withoutIndex = (frame: Frame): Frame => ({
  ...frame,
  messages: frame.messages.map(({ position, body }) => ({
    position: [position[0], 0, position[2]],
    body,
  })),
})

/** Every frame in two, the later half of its messages first when `swapped`. Members of one flush share their position's first two parts. */
function halves(request: Request, topic: string, swapped: boolean): readonly Request[] {
  return [
    request.map((batch) => ({
      topic: batch.topic,
      records:
        batch.topic === topic
          ? batch.records.flatMap((record) => halvesOf(record, swapped))
          : batch.records,
    })),
  ]
}

function halvesOf(record: OutgoingRecord, swapped: boolean): readonly OutgoingRecord[] {
  if (record.value === null) return [record]
  const frame = decodeFrame(record.value)
  const { messages } = frame
  if (messages.length < 2) return [record]
  const middle = Math.ceil(messages.length / 2)
  const parts = [messages.slice(0, middle), messages.slice(middle)]
  // Split alone keeps the order; what it breaks is that a flush is one frame: both halves carry one position.
  const [first = [], second = []] = parts
  const last = first.at(-1)?.position
  const later =
    swapped || last === undefined
      ? second
      : second.map((message) => ({ ...message, position: last }))
  const sent = swapped ? [later, first] : [first, later]
  return sent.map((part) => ({ ...record, value: encodeFrame({ ...frame, messages: part }) }))
}

export function mutatedRows(world: World, host: Host, batch: RowBatch): RowBatch {
  if (isAt(world, host, 'profiles', 'step 2 is skipped now and then') && world.random.chance(0.1))
    return {}
  if (isAt(world, host, 'profiles', 'a withdrawn value stays in its row'))
    return {
      ...batch,
      profiles: (batch.profiles ?? []).map((row) => keepingSpend(world, row)),
      profile_history: (batch.profile_history ?? []).map((row) => keepingSpend(world, row)),
    }
  if (!isAt(world, host, 'profiles', 'rows are versioned without the index')) return batch
  return { ...batch, profiles: (batch.profiles ?? []).map(withoutMessageIndex) }
}

const spendOf = new WeakMap<World, Map<string, unknown>>()

function keepingSpend(world: World, row: TableRows['profiles']): TableRows['profiles'] {
  const known = spendOf.get(world) ?? new Map<string, unknown>()
  spendOf.set(world, known)
  const spend = row['f_spend'] ?? null
  if (spend !== null) known.set(row.profile_id, spend)
  const kept = known.get(row.profile_id)
  return row.deleted === 1 || kept === undefined ? row : { ...row, f_spend: kept }
}

/** The lowest 16 bits of a version are the message's index in its frame. */
const withoutMessageIndex = (row: TableRows['profiles']): TableRows['profiles'] => ({
  ...row,
  version: ((BigInt(row.version) >> 16n) << 16n).toString(),
})

type Declared = NonNullable<ConsentDeclarations['declared']>

const answers = new WeakMap<World, Map<string, Declared>>()
const answersOf = (world: World): Map<string, Declared> => {
  const known = answers.get(world) ?? new Map<string, Declared>()
  answers.set(world, known)
  return known
}

/** What the fold sees of its state. */
export function mutatedState<S extends PartitionState>(world: World, state: S): S {
  switch (world.mutant) {
    case 'event ids are forgotten':
      return { ...state, rememberedEvent: () => undefined }
    case 'an erasure is forgotten':
      return {
        ...state,
        putFragment(id, fragment) {
          fragment.erasedAt = epochMs(-1)
          state.putFragment(id, fragment)
        },
      }
    case 'a tie grants':
      return {
        ...state,
        putFragment(id, fragment) {
          const { consent } = fragment.content
          for (const [purpose, { declared, basisAt }] of consent) {
            const key = `${id}/${purpose}`
            if (declared?.state === 'granted') answersOf(world).set(key, declared)
            const held = answersOf(world).get(key)
            if (held?.at === declared?.at && held !== undefined)
              consent.set(purpose, { declared: held, basisAt })
          }
          state.putFragment(id, fragment)
        },
      }
    case 'answers outlive an erasure':
      return {
        ...state,
        putFragment(id, fragment) {
          const { consent, seen } = fragment.content
          for (const purpose of ['ads', 'mail']) {
            const key = `${id}/${purpose}`
            const said = consent.get(purpose)?.declared ?? null
            if (said !== null) answersOf(world).set(key, said)
            const held = answersOf(world).get(key)
            if (seen !== null && said === null && held !== undefined)
              consent.set(purpose, { declared: held, basisAt: null })
          }
          state.putFragment(id, fragment)
        },
      }
    case 'an expiry is forgotten':
      return {
        ...state,
        putFragment(id, fragment) {
          fragment.expiredAt = epochMs(-1)
          state.putFragment(id, fragment)
        },
      }
    case 'marks are forgotten':
      return {
        ...state,
        fragment(id) {
          state.meta.marks.clear()
          return state.fragment(id)
        },
      }
    default:
      return state
  }
}

/** What the linker sees of its state. */
export function mutatedLinkerState<S extends LinkerState>(world: World, state: S): S {
  if (world.mutant === 'a link revives who expired')
    return {
      ...state,
      putNode(id, node) {
        if (isAnonymous(id)) node.erasedAt = epochMs(-1)
        state.putNode(id, node)
      },
    }
  if (world.mutant !== 'a split that is lifted still stands') return state
  const bars = new Map<string, readonly Bar[]>()
  return {
    ...state,
    putNode(id, node) {
      // An erasure starts anew; else who was split off stays so.
      const kept = node.first < 0 ? [] : (bars.get(id) ?? []).filter((bar) => bar.startsWith('0'))
      node.bars = [...new Set([...node.bars, ...kept])]
      bars.set(id, node.bars)
      state.putNode(id, node)
    },
  }
}
