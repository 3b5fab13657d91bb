/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a sample are ids by decree */
import {
  definitionVersion,
  epochMs,
  type FeatureId,
  type FragmentId,
  type ProfileId,
} from '#runtime/event/ids.ts'
import type { LinkerState } from '../../../services/identity/core/state.ts'
import { newNode } from '../../../services/identity/core/state.ts'
import {
  type Fragment,
  type FragmentContent,
  newProfile,
  type PartitionState,
} from '../../../services/profiles/core/state.ts'

const at = (n: number) => epochMs(1_700_000_000_000 + n)
export const sampleFragments = ['email:aaaa', 'anonymous_id:bbbb', 'user_id:cccc'] as FragmentId[]
const [email = '' as FragmentId, device = '' as FragmentId, user = '' as FragmentId] =
  sampleFragments
export const sampleProfiles = [
  '10000000-0000-5000-8000-000000000001',
  '10000000-0000-5000-8000-000000000002',
] as ProfileId[]
const [first = '' as ProfileId, second = '' as ProfileId] = sampleProfiles

/** One of everything that a content can hold. */
const content = (): FragmentContent => ({
  features: new Map([
    ['views@a1b2' as FeatureId, [1_700_000_000_001, 2.5]],
    ['topics@c3d4' as FeatureId, [[['shoes', 1.25]], null, 'text', true]],
  ]),
  traits: new Map([
    [
      'city',
      [
        {
          value: 'Zürich',
          source: 'hubspot',
          party: 'first',
          kind: 'declared',
          at: at(2),
          eventKey: 'hubspot/1',
        },
      ],
    ],
  ]),
  consent: new Map([
    ['service', { declared: null, basisAt: at(3) }],
    ['email_marketing', { declared: { state: 'denied', at: at(4) }, basisAt: null }],
  ]),
  seen: { firstAt: at(1), lastAt: at(5), newestReceivedAt: at(6), events: 7 },
})

const fragment = (assigned: ProfileId, changes: Partial<Fragment> = {}): Fragment => ({
  assigned,
  content: content(),
  erasedAt: epochMs(-1),
  expiredAt: epochMs(-1),
  pace: null,
  ...changes,
})

/** A little of everything that a partition's state can hold. */
export function fillPartition(state: PartitionState): void {
  const { meta } = state
  state.putFragment(email, fragment(first))
  state.putFragment(
    device,
    fragment(second, {
      pace: { clicks: [['aaaaaaaa', at(7)]], delivery: [7, at(8)], windows: [[1, 60]] },
    }),
  )
  const empty: FragmentContent = {
    features: new Map(),
    traits: new Map(),
    consent: new Map(),
    seen: null,
  }
  state.putFragment(user, fragment(second, { content: empty, erasedAt: at(9), expiredAt: at(15) }))
  const membership = {
    member: true,
    enteredAt: at(10),
    exitedAt: null,
    ruleHash: 'rule',
    definition: definitionVersion(3),
    because: { heat: 0.5, stale: null },
  }
  state.putProfile(first, {
    ...newProfile(),
    own: email,
    segments: new Map([['warm', membership]]),
    timer: at(11),
    shown: true,
  })
  state.putProfile(second, {
    ...newProfile(),
    members: new Map([[device, content()]]),
    askedAt: at(16),
    thinned: true,
  })
  state.rememberEvent(email, 'sendgrid/1', at(12))
  state.rememberLink(email, 'set', at(13))
  meta.marks.set('links', [1, 2, 3])
  meta.marks.set('raw/channel.web/0/1', [4, 5, 6])
  meta.counters.applied = 8
  meta.counters.machineRate = 1
  Object.assign(meta, {
    definition: definitionVersion(3),
    clock: at(14),
    cursor: { version: definitionVersion(3), after: first },
    eventsForgottenBefore: at(-1),
    nextOffset: 42,
  })
}

/** All of it, in an order that is always the same. */
export const dumpPartition = (state: PartitionState): unknown =>
  plain({
    meta: state.meta,
    fragments: sampleFragments.map((id) => state.fragment(id)),
    profiles: sampleProfiles.map((id) => state.profile(id)),
    profileIds: state.profilesAfter(null, 10),
    event: state.rememberedEvent(email, 'sendgrid/1'),
    link: state.rememberedLink(email, 'set'),
    timer: state.nextTimer(),
  })

const linkId = 'link-1'

const set = `event ${email} ${user}`

/** A little of everything that the linker's state can hold. */
export function fillLinker(state: LinkerState): void {
  state.putNode(email, { ...newNode(email, 1, at(1)), bars: ['0split'] })
  state.putNode(device, {
    ...newNode(device, 2, at(2)),
    component: email,
    excluded: 'ambiguous_device',
    seenWith: [user],
    met: [[7, at(2)]],
  })
  state.putNode(user, { ...newNode(user, 3, at(3)), erasedAt: at(4) })
  state.putComponent(email, {
    members: [email, device],
    counts: { email: 1, anonymous_id: 1 },
    bars: ['0split'],
  })
  state.putEvidence(linkId, {
    ids: [email, device],
    others: [user],
    eventId: 'e1',
    source: 'segment',
    offset: 5,
    receivedAt: at(5),
    seenAt: at(6),
    kind: 'contact_merged',
    keys: ['k1', 'k2'],
  })
  for (const id of [email, device]) state.addLink(id, 'joins', linkId)
  state.addLink(user, 'named', linkId)
  state.addAge(at(6), linkId)
  // So many that some are rows of their own; the sets of some are joined as a whole.
  for (let n = 0; n < 40; n += 1) {
    state.putEvidence(`link ${n}`, {
      ids: [email, user],
      others: n % 2 === 0 ? [] : [device],
      eventId: `e${n}`,
      source: 'segment',
      offset: 100 + n,
      receivedAt: at(n),
      seenAt: at(n),
      kind: 'event',
      keys: [`k${n}`],
    })
    if (n === 0) state.putSet(set, `link ${n}`)
    for (const id of [email, user]) state.addLink(id, 'joins', `link ${n}`)
    if (n % 2 === 1) state.addLink(device, 'named', `link ${n}`)
  }
  state.putEvidence('command:c1', {
    ids: [],
    others: [user],
    eventId: 'c1',
    source: 'operator:ada',
    offset: 200,
    receivedAt: at(8),
    seenAt: at(8),
    kind: 'unsplit',
    keys: ['k'],
  })
  state.addLink(user, 'named', 'command:c1')
  const { meta } = state
  meta.counters.links = 2
  meta.counters.merges = 1
  Object.assign(meta, { policy: definitionVersion(3), clock: at(7), nextOffset: 17 })
}

export const dumpLinker = (state: LinkerState): unknown =>
  plain({
    meta: state.meta,
    nodes: sampleFragments.map((id) => state.node(id)),
    component: state.component(email),
    evidence: state.evidence(linkId, [email, device, user]),
    busy: state.evidence('link 39', [email, user]),
    command: state.evidence('command:c1'),
    set: state.linkOfSet(set),
    joins: sampleFragments.map((id) => state.linksOf(id, 'joins')),
    named: sampleFragments.map((id) => state.linksOf(id, 'named')),
    aged: state.agedUntil(at(6), 10),
  })

/** As JSON has it, with maps as lists of pairs. */
const plain = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, each: unknown) => (each instanceof Map ? [...each] : each)),
  )
