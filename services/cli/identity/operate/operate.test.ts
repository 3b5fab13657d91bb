import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toErrorJson } from '#runtime/errors/index.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { LinksRecord } from '#runtime/log/links.ts'
import { anyHistory } from '../../../identity/core/testing/histories.ts'
import {
  command,
  fragment,
  link,
  namedIn,
  shortOf,
  testPolicy,
} from '../../../identity/core/testing/log.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import type { Refolded } from '../refold/refold.ts'
import { linkTable } from '../testing/link-table.ts'
import { carryOut } from './carry-out.ts'
import { fragmentsOfSplit, mergeIdentifiers, unsplitIdentifiers } from './plan-join.ts'
import { splitIdentifiers, splitLink, splitMerge } from './plan-split.ts'
import { sidesOf } from './sides.ts'
import { commandsOf, type OperatorsWord, tryCommands } from './trial.ts'

const policy = testPolicy()
const word: OperatorsWord = {
  action: 'split',
  commandId: 'c',
  at: epochMs(0),
  by: 'ada',
  reason: '',
}

async function known(history: readonly LinksRecord[], who: readonly FragmentId[]) {
  const loaded = await linkTable(history, policy).refoldOf(who)
  const recordOf = (eventId: string): LoggedRecord => {
    const found = loaded.closure.records.find(
      ({ record }) => record.kind === 'link' && record.eventId === eventId,
    )
    if (found === undefined) throw new RangeError(`no event ${eventId}`)
    return found
  }
  return { loaded, now: loaded.refolded, recordOf }
}

/** Profiles with their identifiers by short names. */
function groups(refolded: Refolded, ids: Iterable<FragmentId>): readonly string[] {
  const found = Map.groupBy([...new Set(ids)], (id) => refolded.profileOf(id))
  return [...found.values()].map((members) => members.map(shortOf).toSorted().join(' ')).toSorted()
}

const apply = (now: Refolded, lists: readonly (readonly FragmentId[])[]) =>
  tryCommands(now, commandsOf(word, lists))

describe('what a split of a merge takes out', () => {
  it('is the side of lower priority, with whoever joined through it alone', async () => {
    const history = [
      link('u:A e:1'),
      link('e:2 d:2'),
      link('e:1 e:2', { eventId: 'wrong' }),
      // Through the one side, the other, and both.
      link('e:1 d:1'),
      link('e:2 p:2'),
      link('e:1 p:3'),
      link('e:2 p:3'),
    ]
    const { loaded, now, recordOf } = await known(history, [fragment('e:1')])
    const [leaving] = splitMerge(loaded, now, recordOf('wrong'))
    expect(leaving?.map(shortOf).toSorted()).toEqual(['d:2', 'e:2', 'p:2'])
    const { before, after } = apply(now, [leaving ?? []])
    expect([before.length, after.length]).toEqual([1, 2])
    expect(groups(now, namedIn(history))).toEqual(['d:1 e:1 p:3 u:A', 'd:2 e:2 p:2'])
  })

  it('is one command for each side, so that what the same event brought together parts as well', async () => {
    const history = [link('e:1 p:1'), link('e:2 p:2'), link('e:3 e:1 e:2', { eventId: 'wrong' })]
    const { loaded, now, recordOf } = await known(history, [fragment('e:1')])
    const lists = splitMerge(loaded, now, recordOf('wrong'))
    expect(lists.length).toBe(2)
    const { commands } = apply(now, lists)
    expect(commands.map(({ commandId }) => commandId)).toEqual(['c.1', 'c.2'])
    expect(groups(now, namedIn(history))).toEqual(['e:1 p:1', 'e:2 p:2', 'e:3'])
  })

  it('holds in a chain of later merges, whoever gave the profile its id by then', async () => {
    const history = [
      link('e:1 d:1'),
      link('e:2 d:2'),
      link('e:1 e:2', { eventId: 'wrong' }),
      link('e:2 u:B'),
      link('u:B c:9'),
      link('e:1 p:1'),
    ]
    const { loaded, now, recordOf } = await known(history, [fragment('e:1')])
    apply(now, splitMerge(loaded, now, recordOf('wrong')))
    expect(groups(now, namedIn(history))).toEqual(['c:9 d:2 e:2 u:B', 'd:1 e:1 p:1'])
  })

  it('is nothing when they are apart already, and no merge is not undone', async () => {
    const history = [link('u:A e:1', { eventId: 'm' }), link('u:A e:1', { eventId: 'again' })]
    const { loaded, now, recordOf } = await known(history, [fragment('e:1')])
    expect(() => splitMerge(loaded, now, recordOf('again'))).toThrow(
      /merged nothing: it was a confirm/,
    )
    apply(now, splitMerge(loaded, now, recordOf('m')))
    expect(() => splitMerge(loaded, now, recordOf('m'))).toThrow(/apart already/)
  })

  it('undoes every merge of any history, and leaves each side as it was', async () => {
    let undone = 0
    await fc.assert(
      fc.asyncProperty(anyHistory, async (history) => {
        const links = history.filter(({ kind }) => kind === 'link')
        for (const [place] of links.entries()) {
          const upTo = links.slice(0, place + 1)
          const { loaded, now } = await known(upTo, [...namedIn(upTo)])
          const last = loaded.closure.records.at(-1)
          const own = now.decisions.filter(({ offset }) => offset === place)
          // What found a shared device has changed more than the merge.
          const shared = own.some(({ decision: { outcome } }) => outcome === 'ambiguous')
          if (last?.fate !== 'merge' || shared) continue
          undone += 1
          const { kept, others } = sidesOf(loaded, last)
          const sides = [kept, ...others].map((side) => side.map(shortOf).toSorted().join(' '))
          apply(now, splitMerge(loaded, now, last))
          expect(groups(now, [kept, ...others].flat())).toEqual(sides.toSorted())
        }
      }),
      { numRuns: 120 },
    )
    expect(undone).toBeGreaterThan(100)
  })
})

describe('whoever joins a leaving side while its split is on its way', () => {
  const before = [link('e:1 d:1'), link('e:2 d:2'), link('e:1 e:2', { eventId: 'wrong' })]
  /** Comes to the linker between the plan and the split. */
  const late = [link('e:2 p:2'), link('p:2 p:3'), link('e:1 p:1')]

  it('goes after it when somebody waits for the end', async () => {
    const { loaded, now, recordOf } = await known(before, [fragment('e:1')])
    const lists = splitMerge(loaded, now, recordOf('wrong'))
    const log: LinksRecord[] = [...before, ...late]
    const { commands, after } = await carryOut(word, apply(now, lists), true, {
      send: async (sent) => Promise.resolve(void log.push(...sent)),
      wait: async () => (await known(log, [fragment('e:1')])).now,
    })
    expect(commands.map(({ action, commandId }) => `${action} ${commandId}`)).toEqual([
      'split c',
      'unsplit c.2',
      'split c.3',
    ])
    const end = (await known(log, [fragment('e:1')])).now
    expect(groups(end, namedIn(log))).toEqual(['d:1 e:1 p:1', 'd:2 e:2 p:2 p:3'])
    expect(after?.profileOf(fragment('p:2'))).toBe(end.profileOf(fragment('e:2')))
  })

  it('is nobody, mostly: then one command is all', async () => {
    const { loaded, now, recordOf } = await known(before, [fragment('e:1')])
    const log: LinksRecord[] = [...before]
    const { commands } = await carryOut(
      word,
      apply(now, splitMerge(loaded, now, recordOf('wrong'))),
      true,
      {
        send: async (sent) => Promise.resolve(void log.push(...sent)),
        wait: async () => (await known(log, [fragment('e:1')])).now,
      },
    )
    expect(commands.length).toBe(1)
  })
})

describe('what a split of a link takes out', () => {
  it('is what it alone holds together, though it merged nothing when it came', async () => {
    const history = [
      link('u:A e:1'),
      link('u:A p:1', { eventId: 'p' }),
      link('e:1 p:1', { eventId: 'both' }),
      command('split', 'p:1', { id: 's' }),
      command('unsplit', 'p:1'),
    ]
    const { loaded, now, recordOf } = await known(history, [fragment('e:1')])
    expect(() => splitLink(loaded, now, recordOf('both'))).toThrow(
      /holds nothing together by itself/,
    )
    expect(splitLink(loaded, now, recordOf('p')).flat().map(shortOf)).toEqual(['p:1'])
  })
})

describe('what a split of an identifier takes out', () => {
  it('is that one, also when the profile was born from it', async () => {
    const history = [link('u:A e:1'), link('e:1 p:1')]
    const { now } = await known(history, [fragment('u:A')])
    apply(now, splitIdentifiers(now, [fragment('u:A')]))
    expect(groups(now, namedIn(history))).toEqual(['e:1 p:1', 'u:A'])
  })

  it('is nothing when nobody else is there', async () => {
    const { now } = await known([link('u:A e:1')], [fragment('u:A')])
    const both = [fragment('u:A'), fragment('e:1')]
    for (const named of [[fragment('d:9')], both])
      expect(() => splitIdentifiers(now, named)).toThrow(/nothing to split/)
  })
})

describe('what is joined again', () => {
  const history = [link('u:A e:1'), command('split', 'e:1', { id: 's' })]

  it('is who was split off; whoever stayed is told which command to take back', async () => {
    const { now } = await known(history, [fragment('u:A')])
    expect(unsplitIdentifiers(now, [fragment('e:1')])).toEqual([fragment('e:1')])
    let hint = ''
    try {
      unsplitIdentifiers(now, [fragment('u:A')])
    } catch (error) {
      hint = toErrorJson(error).error.hint
    }
    expect(hint).toContain('--command s')
  })

  it('is what a split named, and no other command', async () => {
    const { loaded } = await known([...history, command('merge', 'u:A e:2')], [fragment('u:A')])
    const [split, merge] = loaded.closure.records.slice(1)
    expect(fragmentsOfSplit(split === undefined ? [] : [split])).toEqual([fragment('e:1')])
    expect(() => fragmentsOfSplit(merge === undefined ? [] : [merge])).toThrow(/not a split/)
  })

  it('is two people at least, who are not one already', async () => {
    const { now } = await known(
      [link('u:A e:1'), link('u:B e:2')],
      [fragment('u:A'), fragment('u:B')],
    )
    expect(() => mergeIdentifiers(now, [fragment('u:A'), fragment('u:A')])).toThrow(/two/)
    expect(() => mergeIdentifiers(now, [fragment('u:A'), fragment('e:1')])).toThrow(/already/)
    expect(mergeIdentifiers(now, [fragment('u:A'), fragment('e:2')]).length).toBe(2)
  })
})
