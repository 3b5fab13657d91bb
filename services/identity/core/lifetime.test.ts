import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { anyHistory } from './testing/histories.ts'
import { command, link, namedIn, testLinker, testPolicy, decisionsIn } from './testing/log.ts'

const policy = testPolicy({ link_lifetime: '10d' })
const day = 86_400_000
const onDay = (set: string, days: number): ReturnType<typeof link> =>
  link(set, { logTime: epochMs(days * day) })

describe('a link that nothing confirms within the lifetime', () => {
  it('is forgotten by the first record after it, and what only it held together parts', () => {
    const linker = testLinker(policy)
    linker.say(onDay('u:A d:1', 0), onDay('u:A e:a', 5))
    linker.say(onDay('u:Z d:9', 9))
    expect(linker.profiles()).toEqual(['d:1 e:a u:A', 'd:9 u:Z'])
    const effects = linker.say(onDay('u:Z d:9', 10))
    expect(linker.profiles()).toEqual(['d:9 u:Z', 'e:a u:A'])
    expect(effects).toContainEqual({
      kind: 'assign',
      fragment: 'anonymous_id:1',
      profile: 'born d:1',
    })
    expect(decisionsIn(effects)).toMatchObject([
      {
        rule: 'link_lifetime',
        outcome: 'split',
        before: ['born u:A'],
        after: ['born u:A', 'born d:1'],
      },
    ])
  })

  it('holds on while other evidence says the same', () => {
    const linker = testLinker(policy)
    linker.say(onDay('u:A d:1', 0), onDay('u:A d:1', 6), onDay('u:A d:1', 12), onDay('u:Z d:9', 21))
    expect(linker.profiles()).toEqual(['d:1 u:A', 'd:9 u:Z'])
    linker.say(onDay('u:Z d:9', 22))
    expect(linker.profiles()).toEqual(['d:9 u:Z'])
  })

  it('leaves a device free for its next owner', () => {
    const linker = testLinker(policy)
    linker.say(onDay('u:A d:1', 0), onDay('u:B d:1', 11))
    expect(linker.profiles()).toEqual(['d:1 u:B'])
  })

  it('is none that an operator said', () => {
    const linker = testLinker(policy)
    linker.say(command('merge', 'u:A u:B', { at: 0 }), onDay('u:Z d:9', 100))
    expect(linker.profiles()).toEqual(['d:9 u:Z', 'u:A u:B'])
  })

  it('does not come back with an old record that arrives late', () => {
    const linker = testLinker(policy)
    linker.say(onDay('u:Z d:9', 20), onDay('u:A d:1', 10))
    expect(linker.profiles()).toEqual(['d:9 u:Z'])
    expect(linker.state.meta.counters.expired).toBe(1)
  })

  it('is kept when the policy gives links no end', () => {
    const linker = testLinker(testPolicy())
    linker.say(onDay('u:A d:1', 0), onDay('u:Z d:9', 10_000))
    expect(linker.profiles()).toEqual(['d:1 u:A', 'd:9 u:Z'])
  })

  it('costs each record of the log a bounded time', () => {
    const linker = testLinker(policy)
    linker.say(...Array.from({ length: 250 }, (_, n) => onDay(`u:${n} d:${n}`, 0)))
    linker.say(onDay('u:Z d:x', 11))
    expect(linker.profiles()).toHaveLength(151)
    linker.say(onDay('u:Z d:x', 11), onDay('u:Z d:x', 11))
    expect(linker.profiles()).toEqual(['d:x u:Z'])
  })
})

it('leaves nothing of a history whose links are all over, but for what operators said', () => {
  fc.assert(
    fc.property(anyHistory, (history) => {
      const linker = testLinker(policy)
      const plain = history.filter(({ kind }) => kind === 'link')
      linker.say(...plain, onDay('u:Z d:x', 1000))
      expect(linker.profiles()).toEqual(['d:x u:Z'])
      for (const id of namedIn(plain))
        expect([
          ...linker.state.linksOf(id, 'joins'),
          ...linker.state.linksOf(id, 'named'),
        ]).toEqual([])
    }),
    { numRuns: 200 },
  )
})
