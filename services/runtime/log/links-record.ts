import type { Pseudonym } from '../event/event.ts'
import { definitionVersion, epochMs, type FragmentId } from '../event/ids.ts'
import type {
  CommandRecord,
  ExpireRecord,
  LinkRecord,
  LinksRecord,
  LiveRecord,
  PolicyRecord,
} from './links.ts'
import { type VersionedCodec, versionedCodec } from './versioned.ts'

interface WirePosition {
  readonly offset: number
  readonly index: number
  readonly effect: number
}

interface WireSender {
  readonly generation: number
  readonly partition: number
  readonly position: WirePosition
}

interface WireLink extends Omit<LinkRecord, 'kind' | 'sender'> {
  readonly sender: WireSender
}

interface WireExpire extends Omit<ExpireRecord, 'kind' | 'sender'> {
  readonly sender: WireSender
}

type WireCommand = Omit<CommandRecord, 'kind'>
type WirePolicy = Omit<PolicyRecord, 'kind'>

interface Wire {
  readonly body: {
    readonly 'tributary.internal.Link'?: WireLink
    readonly 'tributary.internal.Command'?: WireCommand
    readonly 'tributary.internal.PolicyChange'?: WirePolicy
    readonly 'tributary.internal.ExpireProfile'?: WireExpire
    readonly 'tributary.internal.LinkerLive'?: Omit<LiveRecord, 'kind'>
  }
}

const toWireSender = ({
  generation,
  partition,
  position: [offset, index, effect],
}: LinkRecord['sender']): WireSender => ({
  generation,
  partition,
  position: { offset, index, effect },
})

const fromWireSender = ({
  generation,
  partition,
  position: { offset, index, effect },
}: WireSender): LinkRecord['sender'] => ({
  generation,
  partition,
  position: [offset, index, effect],
})

function toWire(record: LinksRecord): Wire {
  switch (record.kind) {
    case 'link':
      return {
        body: { 'tributary.internal.Link': { ...record, sender: toWireSender(record.sender) } },
      }
    case 'expire':
      return {
        body: {
          'tributary.internal.ExpireProfile': { ...record, sender: toWireSender(record.sender) },
        },
      }
    case 'command':
      return { body: { 'tributary.internal.Command': record } }
    case 'define':
      return { body: { 'tributary.internal.PolicyChange': record } }
    case 'live':
      return { body: { 'tributary.internal.LinkerLive': record } }
    default:
      return record satisfies never
  }
}

const plainPseudonym = ({ id, blocked }: Pseudonym): Pseudonym => ({ id, blocked })

function fromWire({ body }: Wire): LinksRecord {
  const link = body['tributary.internal.Link']
  if (link !== undefined) {
    return {
      kind: 'link',
      ...link,
      sender: fromWireSender(link.sender),
      identifiers: link.identifiers.map(plainPseudonym),
      occurredAt: epochMs(link.occurredAt),
      receivedAt: epochMs(link.receivedAt),
      logTime: epochMs(link.logTime),
    }
  }
  const command = body['tributary.internal.Command']
  if (command !== undefined) {
    const fragments: readonly FragmentId[] = [...command.fragments]
    return { kind: 'command', ...command, fragments }
  }
  const policy = body['tributary.internal.PolicyChange']
  if (policy !== undefined)
    return { kind: 'define', version: definitionVersion(policy.version), at: epochMs(policy.at) }
  const expire = body['tributary.internal.ExpireProfile']
  if (expire !== undefined)
    return {
      kind: 'expire',
      ...expire,
      sender: fromWireSender(expire.sender),
      fragments: [...expire.fragments],
      types: [...expire.types],
      receivedAt: epochMs(expire.receivedAt),
      logTime: epochMs(expire.logTime),
    }
  const live = body['tributary.internal.LinkerLive']
  if (live === undefined) throw new Error('a record of no known kind')
  return { kind: 'live', at: epochMs(live.at) }
}

const codec: VersionedCodec<LinksRecord> = versionedCodec<Wire, LinksRecord>(
  'internal/links-record',
  1,
  {
    toWire,
    fromWire,
  },
)

/** One record of identity.links. */
export const encodeLinksRecord = (record: LinksRecord): Uint8Array => codec.encode(record)
/** @throws TributaryError TRB_FRAME_INVALID. */
export const decodeLinksRecord = (bytes: Uint8Array): LinksRecord => codec.decode(bytes)
