/* oxlint-disable typescript/no-unsafe-type-assertion -- made-up names are ids by decree */
import { epochMs, type EventKey, type FragmentId } from '#runtime/event/ids.ts'
import type { LinkRecord } from '#runtime/log/links.ts'
import { createRandom } from '../../model/random.ts'

export const mixes = ['realistic', 'merge', 'repeat'] as const
/**
 * realistic: people who come back, most links confirm what is known; new people and devices all the time, some shared devices, junk, hot values and
 * resends. merge: every link joins something new. repeat: each link is sent ten times.
 */
export type Mix = (typeof mixes)[number]

export interface SentLink {
  /** Link id and nonce of the send. */
  readonly key: string
  readonly link: LinkRecord
}

/** Makes the links of a seeded population, one after the other, over half a year of log time. */
export interface LinksWorld {
  next(): SentLink
}

const bytes = Buffer.alloc(16)
/** 128 bits of base64url that depend on what is given alone, as a digest would. */
function token(kind: number, person: number, place: number): string {
  let h = (kind * 0x9e3779b1) ^ (person * 0x85ebca6b) ^ (place * 0xc2b2ae35)
  for (let at = 0; at < 16; at += 4) {
    h = Math.imul(h ^ (h >>> 16) ^ (person + at), 0x7feb352d)
    h = Math.imul(h ^ (h >>> 15) ^ (place + kind), 0x846ca68b)
    h ^= h >>> 16
    bytes.writeUInt32LE(h >>> 0, at)
  }
  return bytes.toString('base64url')
}

const kinds = ['crm_id', 'user_id', 'email', 'phone', 'anonymous_id'] as const
type Kind = (typeof kinds)[number]

interface Named {
  readonly kind: Kind
  readonly person: number
  readonly place: number
  readonly blocked?: string
}

const idOf = ({ kind, person, place }: Named): FragmentId =>
  `${kind}:${token(kinds.indexOf(kind), person, place)}` as FragmentId

const startAt = Date.UTC(2026, 0, 1)
const spanMs = 180 * 86_400_000
const recentMax = 1000
/** Values that a great many people name: a call centre's number, say. */
const hotValues = 5

const hasLogin = (person: number): boolean => person % 10 < 7
const device = (person: number, place: number): Named => ({ kind: 'anonymous_id', person, place })
const own = (kind: Kind, person: number): Named => ({ kind, person, place: 0 })

function office(person: number): readonly Named[] {
  const login = person % 10 < 3 ? own('crm_id', person) : own('user_id', person)
  return [login, own('email', person), own('phone', person)]
}

export function createLinksWorld(seed: number, mix: Mix, links: number): LinksWorld {
  const random = createRandom(seed)
  const devicesOf: number[] = []
  const recent: SentLink[] = []
  const nonces = Array.from({ length: 64 }, (_, n) => {
    const text = Buffer.from(token(9, n, 1) + token(9, n, 2), 'base64url').toString('hex')
    return `${text.slice(0, 8)}-${text.slice(8, 12)}-4${text.slice(13, 16)}-a${text.slice(17, 20)}-${text.slice(20, 32)}`
  })
  let made = 0

  const knownDevice = (person: number): Named => {
    const count = devicesOf[person] ?? 1
    return device(person, count - 1 - random.below(Math.min(3, count)))
  }
  const newDevice = (person: number): Named => {
    const count = devicesOf[person] ?? 0
    devicesOf[person] = count + 1
    return device(person, count)
  }
  const newPerson = (): number => devicesOf.push(0) - 1
  /** The active are named more often than the rest. */
  const somebody = (): number => Math.floor(devicesOf.length * Math.sqrt(random.next()))

  function visit(person: number, by: Named): readonly Named[] {
    if (!hasLogin(person)) return [own('email', person), by]
    return random.chance(0.3)
      ? [own('user_id', person), own('email', person), by]
      : [own('user_id', person), by]
  }

  function realistic(): readonly Named[] {
    if (devicesOf.length < 10 || random.chance(0.08)) {
      const person = newPerson()
      return visit(person, newDevice(person))
    }
    const person = somebody()
    const dice = random.next()
    if (dice < 0.12) return visit(person, newDevice(person))
    if (dice < 0.2) return office(person)
    if (dice < 0.35) return [own('email', person), knownDevice(person)]
    if (dice < 0.36) return visit(person, knownDevice(somebody()))
    if (dice < 0.37)
      return [
        ...visit(person, knownDevice(person)),
        { kind: 'phone', person: -1, place: 0, blocked: 'builtin:repeated_digit' },
      ]
    if (dice < 0.372)
      return [own('email', person), { kind: 'phone', person: -2, place: random.below(hotValues) }]
    return visit(person, knownDevice(person))
  }

  function merging(): readonly Named[] {
    const dice = random.next()
    if (devicesOf.length < 10 || dice < 0.4) {
      const person = newPerson()
      return visit(person, newDevice(person))
    }
    const person = somebody()
    return visit(person, newDevice(person))
  }

  function link(named: readonly Named[]): SentLink {
    const at = epochMs(startAt + Math.floor((made / links) * spanMs))
    const event = token(7, made, seed)
    const linkId = token(8, made, seed)
    return {
      key: `${linkId}/${nonces[random.below(nonces.length)] ?? ''}`,
      link: {
        kind: 'link',
        linkId,
        sender: { generation: 0, partition: made % 16, position: [made, 0, 0] },
        identifiers: named.map((each) => ({ id: idOf(each), blocked: each.blocked ?? null })),
        eventId: `msg_${event}`,
        eventKey: event as EventKey,
        source: 'segment',
        eventType: 'page_viewed',
        occurredAt: epochMs(at - 4000),
        receivedAt: epochMs(at - 1000),
        logTime: at,
      },
    }
  }

  const resend = (): SentLink | undefined => {
    const sent = recent[random.below(recent.length)]
    if (sent === undefined) return undefined
    return {
      key: `${sent.link.linkId}/${nonces[random.below(nonces.length)] ?? ''}`,
      link: sent.link,
    }
  }
  const resent: Readonly<Record<Mix, number>> = { realistic: 0.01, merge: 0, repeat: 0.9 }

  return {
    next() {
      made += 1
      const again = random.chance(resent[mix]) ? resend() : undefined
      if (again !== undefined) return again
      const sent = link(mix === 'merge' ? merging() : realistic())
      recent[made % recentMax] = sent
      return sent
    },
  }
}
