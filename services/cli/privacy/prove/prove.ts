import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { toIso } from '#runtime/time/iso.ts'
import { prefixed, topicName, type TopicName, topicNames } from '#schemas/topics.ts'
import { type Bound, states } from '../bound.ts'
import { readCopies } from '../checkpoints.ts'
import type { Erasure } from '../erasures.ts'
import type { OpenPrivacy } from '../open-privacy.ts'
import { proveKeys } from '../keys/prove-keys.ts'
import { hotKeys } from '../places/tables.ts'
import type { Receipt } from '../receipt.ts'
import type { Finding } from './finding.ts'
import { proveLetters, proveParts, proveTables } from './prove-tables.ts'
import { proveByAge, proveLinks } from './prove-topics.ts'

/** Looks at every place again. */
export async function prove(
  privacy: OpenPrivacy,
  receipt: Receipt,
  now: number,
): Promise<readonly Finding[]> {
  const all = await privacy.erasures()
  const named = new Set(receipt.identifiers)
  const mine = [...all.values()].filter(({ fragment }) => named.has(privacy.subject(fragment)))
  const bound = await privacy.bound()
  const settledAt = Math.max(Date.parse(receipt.erased_at), ...mine.map((one) => one.settledAt))
  const until = (place: string): string | null => {
    const ms = bound.parts.find((part) => part.place === place)?.ms ?? null
    return ms === null ? null : toIso(epochMs(settledAt + ms))
  }
  const findings: Finding[] = [suppressionFinding(mine.length, named.size)]
  for (const database of privacy.databases.all) {
    findings.push(...(await proveTables(database, mine, until(hotKeys))))
    findings.push(...(await proveParts(database, until('files of replaced parts'))))
  }
  findings.push(
    ...(await proveLetters(
      privacy.databases.base,
      mine,
      privacy.letters,
      until('dead letters whose person is unknown'),
    )),
    ...(await topicFindings(privacy, mine, bound, { settledAt, now })),
    ...(await checkpointFindings(privacy, settledAt, now, until('checkpoints'))),
    stateFinding(now, until(states)),
  )
  return findings
}

function suppressionFinding(found: number, wanted: number): Finding {
  const place = 'topic identity.suppressions'
  return found === wanted
    ? {
        place,
        status: 'kept',
        until: null,
        detail: `${found} pseudonyms, so that nothing brings the person back`,
      }
    : {
        place,
        status: 'found',
        until: null,
        detail: `${wanted - found} of ${wanted} suppressions are missing: a replay would bring the person back`,
      }
}

async function topicFindings(
  { identity }: OpenPrivacy,
  mine: readonly Erasure[],
  { company, parts }: Bound,
  times: { readonly settledAt: number; readonly now: number },
): Promise<readonly Finding[]> {
  const { admin, kafka, prefix, serving, sources } = identity
  const findings: Finding[] = []
  const erasures = new Map<FragmentId, Erasure>(mine.map((one) => [one.fragment, one]))
  const linksMs = parts.find(({ place }) => place === 'topic identity.links')?.ms ?? null
  const linksUntil = linksMs === null ? null : toIso(epochMs(times.settledAt + linksMs))
  // Generations that are being built or were replaced have logs of their own.
  const topics = new Set(await admin.listTopics())
  const ofGenerations = (name: TopicName): readonly string[] => {
    const base = prefixed(prefix, name)
    return [...topics].filter(
      (topic) =>
        topic === base || (/^\.\d+$/.test(topic.slice(base.length)) && topic.startsWith(base)),
    )
  }
  for (const topic of ofGenerations('identity.links'))
    findings.push(
      ...(await proveLinks(sources.reader, topic, placeOf(topic, prefix), erasures, linksUntil)),
    )
  for (const name of topicNames) {
    const part = parts.find(({ place }) => place === `topic ${name}`)
    if (part === undefined || name === 'identity.links') continue
    if (name === 'privacy.keys') {
      findings.push(await proveKeys(kafka, prefix, erasures, part, times.settledAt))
      continue
    }
    const these =
      name === 'profile.log' ? ofGenerations(name) : [topicName(prefix, name, serving.generation)]
    for (const topic of these) {
      const place = placeOf(topic, prefix)
      findings.push(
        await proveByAge(admin, topic, { ...part, place }, { ...times, company: false }),
      )
    }
  }
  for (const part of company) {
    const topic = prefixed(prefix, part.place.slice('topic '.length))
    findings.push(await proveByAge(admin, topic, part, { ...times, company: true }))
  }
  return findings
}

const placeOf = (topic: string, prefix: string): string =>
  `topic ${topic.slice(prefixed(prefix, '').length)}`

/** The disks of the services are not this command's. */
function stateFinding(now: number, until: string | null): Finding {
  const isWithin = until !== null && now <= Date.parse(until)
  return {
    place: states,
    status: isWithin ? 'within_bound' : 'unknown',
    until,
    detail: isWithin
      ? 'the services write them anew by then'
      : 'the services have written them anew by then; directories of partitions that moved to another host are yours to delete',
  }
}

async function checkpointFindings(
  { checkpointDir }: OpenPrivacy,
  settledAt: number,
  now: number,
  until: string | null,
): Promise<readonly Finding[]> {
  const place = 'checkpoints'
  if (checkpointDir === null)
    return [
      {
        place,
        status: 'unknown',
        until,
        detail:
          'TRIBUTARY_CHECKPOINT_DIR is not set here: prove where it is, if there are copies of states',
      },
    ]
  const old = (await readCopies(checkpointDir)).filter(
    ({ writtenAtMs }) => writtenAtMs <= settledAt,
  )
  if (old.length === 0) return [{ place, status: 'gone', until: null, detail: 'no copy is as old' }]
  const isWithin = until !== null && now <= Date.parse(until)
  return [
    {
      place,
      status: isWithin ? 'within_bound' : 'found',
      until,
      detail: `${old.length} copies of states from before: tributary privacy sweep removes them when there are newer ones`,
    },
  ]
}
