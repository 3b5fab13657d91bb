import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type IdentityPolicy } from '#runtime/definition/identity-policy.ts'
import { type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { anyHistory } from '../../../identity/core/testing/histories.ts'
import { command, fragment, link, namedIn, testPolicy } from '../../../identity/core/testing/log.ts'
import { linkTable } from '../testing/link-table.ts'
import { explain } from './explain.ts'
import type { ExplainView } from './explain-view.ts'
import { printExplanation } from './print-explanation.ts'

async function explainIn(
  history: readonly LinksRecord[],
  who: readonly string[],
  policy: IdentityPolicy = testPolicy(),
): Promise<ExplainView> {
  const fragments = who.map(fragment)
  const table = linkTable(history, policy)
  const loaded = await table.refoldOf(fragments)
  const named = namedIn(history)
  return explain({
    asked: fragments.map((id) => ({ fragment: id, blocked: null, isKnown: named.has(id) })),
    ...loaded,
    differing: async () => Promise.resolve([]),
  })
}

const at = (day: number): { readonly logTime: EpochMs } => ({ logTime: epochMs(day * 86_400_000) })

const reasons = ({ apart }: ExplainView): readonly string[] =>
  apart.map(({ reason, rule }) => `${reason} ${rule ?? '–'}`)
const names = (ids: readonly { type: string; pseudonym: string }[] | undefined): string =>
  (ids ?? []).map(({ type, pseudonym }) => `${type}:${pseudonym}`).join(' ')

describe('why two are one person', () => {
  it('is the shortest way of links, each with its evidence and decision', async () => {
    const history = [
      link('u:A e:1', { eventId: 'signup', source: 'shop' }),
      link('e:1 d:1'),
      link('d:1 p:1', { eventId: 'call' }),
      link('u:A p:1', { eventId: 'order' }),
    ]
    const { one_person: one, path, profiles } = await explainIn(history, ['e:1', 'p:1'])
    expect(one).toBe(true)
    expect(
      path?.map(({ from, to, link: { event_id: event } }) => [names([from]), event, names([to])]),
    ).toEqual([
      ['email:1', 'signup', 'user_id:A'],
      ['user_id:A', 'order', 'phone:1'],
    ])
    expect(path?.[0]?.decisions).toMatchObject([{ outcome: 'merge', rule: 'shared_event' }])
    expect(profiles).toMatchObject([{ born_from: { type: 'user_id', pseudonym: 'A' } }])
  })

  it('is an operator’s word where there is one', async () => {
    const history = [link('u:A e:1'), link('u:B e:2'), command('merge', 'u:A u:B', { id: 'm' })]
    const { path } = await explainIn(history, ['e:1', 'e:2'])
    expect(path?.map(({ link: { kind } }) => kind)).toEqual(['link', 'merge', 'link'])
  })

  it('says of each member what holds it, and of who stayed when somebody was split off by whom', async () => {
    const bridge = [link('e:1 p:1'), link('p:1 e:2'), link('u:A e:1')]
    const { profiles } = await explainIn([...bridge, command('split', 'p:1')], ['u:A'])
    const [profile] = profiles
    expect(
      profile?.members.map((one) => [names([one]), names(one.held_by ? [one.held_by.with] : [])]),
    ).toEqual([
      ['user_id:A', ''],
      ['email:1', 'user_id:A'],
      // Over the phone, which connects the rest without being one of them.
      ['email:2', 'phone:1'],
    ])
    expect(profile?.splits).toMatchObject([{ by: 'ada', identifiers: [{ type: 'phone' }] }])
  })

  it('is every profile that an identifier ever had, with the decision that moved it', async () => {
    const history = [link('e:1 p:1'), link('u:A e:1'), command('split', 'e:1')]
    const { asked } = await explainIn(history, ['e:1'])
    expect(asked[0]?.was.map(({ profile_id: profile }) => profile)).toEqual(
      ['e:1', 'u:A', 'e:1'].map((id) => birthProfileId(fragment(id))),
    )
  })
})

describe('why two are not one person', () => {
  it.each([
    ['no event named both', [link('u:A e:1'), link('u:B e:2')], 'e:1 e:2', ['no_evidence –']],
    [
      'two logins never share a profile',
      [link('u:A e:1'), link('u:B e:2'), link('e:1 e:2')],
      'e:1 e:2',
      ['refused unique:user_id'],
    ],
    [
      'the device that connects them is shared',
      [link('u:A d:1'), link('u:B d:1')],
      'u:A u:B',
      ['excluded ambiguous_device'],
    ],
    [
      'the value that connects them is junk',
      [link('u:A !e:9'), link('u:B !e:9')],
      'u:A u:B',
      ['blocked builtin:test'],
    ],
    [
      'an operator parted them',
      [link('u:A e:1'), link('e:1 p:1'), command('split', 'p:1', { id: 's' })],
      'p:1 u:A',
      ['split command'],
    ],
    ['nobody has heard of one of them', [link('u:A e:1')], 'u:A u:B', ['unknown –']],
  ])('because %s', async (_why, history, asked, expected) => {
    const view = await explainIn(history, asked.split(' '))
    expect(view.one_person).toBe(false)
    expect(reasons(view)).toEqual(expected)
    for (const { change, why } of view.apart) expect([why, change]).not.toContain('')
    expect(printExplanation(view)).toContain('What would change it')
  })

  it('names those that conflict, the link that a rule refused, and its decision', async () => {
    const history = [link('u:A e:1'), link('u:B e:2'), link('e:1 e:2', { eventId: 'form' })]
    const [refused] = (await explainIn(history, ['e:1', 'e:2'])).apart
    expect(names(refused?.identifiers)).toBe('user_id:A user_id:B')
    expect(refused?.links).toMatchObject([{ event_id: 'form' }])
    expect(refused?.decision_id).toMatch(/\.0$/)
  })

  it('names the command of a split, who gave it and why, and the command that lifts it', async () => {
    const history = [link('u:A e:1'), command('split', 'e:1', { id: 's1' })]
    const [parted] = (await explainIn(history, ['u:A', 'e:1'])).apart
    expect(parted?.command).toMatchObject({ command_id: 's1', by: 'ada', reason: 'test' })
    expect(parted?.change).toContain('unsplit --command s1')
  })

  it('says that links grew old', async () => {
    const history = [link('u:A e:1', at(1)), link('u:A e:2', at(30)), link('u:B e:3', at(60))]
    const view = await explainIn(history, ['u:A', 'e:1'], testPolicy({ link_lifetime: '30d' }))
    expect(reasons(view)).toEqual(['aged link_lifetime'])
  })
})

it('agrees with the linker over random histories, and always has a reason', async () => {
  const withoutErasures = anyHistory.map((history) =>
    history.filter((record) => record.kind !== 'command' || record.action !== 'erase'),
  )
  await fc.assert(
    fc.asyncProperty(withoutErasures, async (history) => {
      const { state } = linkTable(history, testPolicy())
      const [a, ...others] = [...namedIn(history)]
      if (a === undefined) return
      for (const b of others) {
        const table = linkTable(history, testPolicy())
        const asked = [a, b].map((id) => ({ fragment: id, blocked: null, isKnown: true }))
        const loaded = await table.refoldOf([a, b])
        const view = await explain({ asked, ...loaded, differing: async () => Promise.resolve([]) })
        expect(view.one_person).toBe(
          (state.node(a)?.component ?? a) === (state.node(b)?.component ?? b),
        )
        expect(view.one_person).toBe(view.apart.length === 0)
        for (const { from, to, link: step } of view.path ?? []) {
          expect(names(step.identifiers)).toContain(names([from]))
          expect(names(step.identifiers)).toContain(names([to]))
        }
        expect(printExplanation(view)).not.toContain('undefined')
      }
    }),
    { numRuns: 150 },
  )
})
