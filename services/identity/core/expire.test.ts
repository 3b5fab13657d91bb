import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import type { ExpireRecord } from '#runtime/log/links.ts'
import type { LinkerEffect } from './effects.ts'
import { command, fragment, link, shortOf, testLinker } from './testing/log.ts'

const day = 86_400_000
let asked = 0

/** An owner asks: nothing was received since `receivedAt`. */
const silent = (
  set: string,
  receivedAt: number,
  logTime = receivedAt + 400 * day,
): ExpireRecord => ({
  kind: 'expire',
  linkId: `expire ${++asked}`,
  sender: { generation: 0, partition: 0, position: [asked, 0, 0] },
  fragments: set.split(' ').map(fragment),
  types: ['anonymous_id'],
  receivedAt: epochMs(receivedAt),
  logTime: epochMs(logTime),
})
const at = (ms: number) => ({ logTime: epochMs(ms), receivedAt: epochMs(ms) })

const expired = (effects: readonly LinkerEffect[]): readonly string[] =>
  effects.flatMap((effect) => (effect.kind === 'expire' ? [shortOf(effect.fragment)] : []))
const removed = (effects: readonly LinkerEffect[]): number =>
  effects.filter(({ kind }) => kind === 'tombstone').length

describe('a profile that an owner found silent', () => {
  it('ends with all its identifiers, those without a state included; links and question leave the log', () => {
    const linker = testLinker()
    linker.say(link('d:1 d:2', at(1)), link('d:2 d:3', at(2)))
    const effects = linker.say(silent('d:1 d:2', 2))
    expect(expired(effects)).toEqual(['d:1', 'd:2', 'd:3'])
    expect(removed(effects)).toBe(3)
    expect(linker.profiles()).toEqual([])
    expect(linker.state.node(fragment('d:1'))).toMatchObject({ first: -1, erasedAt: 2 })
    expect(linker.state.linksOf(fragment('d:1'), 'joins')).toEqual([])
    expect(linker.state.meta.sizes).toMatchObject({ identifiers: 0, together: 0 })
  })

  it('assigns nobody: each home takes its own back', () => {
    const linker = testLinker()
    linker.say(link('d:1 d:2', at(1)))
    const effects = linker.say(silent('d:1 d:2', 1))
    expect(effects.filter(({ kind }) => kind === 'assign')).toEqual([])
  })

  it('is not revived by a link that was received before its end, late or sent again; a newer one joins anew', () => {
    const linker = testLinker()
    const first = link('d:1 d:2', at(1))
    linker.say(first, silent('d:1 d:2', 5))
    expect(removed(linker.say(first))).toBe(1)
    expect(
      removed(linker.say(link('d:1 d:2', { logTime: epochMs(9), receivedAt: epochMs(5) }))),
    ).toBe(1)
    expect(linker.profiles()).toEqual([])
    linker.say(link('d:1 d:2', at(6)))
    expect(linker.profiles()).toEqual(['d:1 d:2'])
  })

  it('ends once, however often it is said, and a life that has begun since is left alone', () => {
    const linker = testLinker()
    const record = silent('d:1 d:2', 1)
    linker.say(link('d:1 d:2', at(1)), record)
    const again = linker.say(record)
    expect(expired(again)).toEqual(['d:1', 'd:2'])
    linker.say(link('d:1 d:2', at(500 * day)))
    expect(expired(linker.say(record))).toEqual([])
    expect(linker.profiles()).toEqual(['d:1 d:2'])
  })
})

describe('a profile stays', () => {
  it.each([
    ['somebody known has joined, of whom the owner has not heard', link('d:2 e:1', at(2))],
    ['a link came in between', link('d:1 d:4', at(3))],
    ['an operator has just spoken', command('merge', 'd:1 d:9', { at: 400 * day })],
  ])('when %s', (_, news) => {
    const linker = testLinker()
    linker.say(link('d:1 d:2', at(1)), news)
    const before = linker.profiles()
    const effects = linker.say(silent('d:1 d:2', 2))
    expect(expired(effects)).toEqual([])
    // The question goes; nothing else does.
    expect(removed(effects)).toBe(1)
    expect(linker.profiles()).toEqual(before)
  })

  it('an operator’s word of long ago keeps nobody', () => {
    const linker = testLinker()
    linker.say(command('merge', 'd:1 d:9', { at: 9 }))
    expect(expired(linker.say(silent('d:1', 2)))).toEqual(['d:1', 'd:9'])
  })
})

describe('what others say of it', () => {
  it('stays: a device that two people share is still shared when its own profile has ended', () => {
    const linker = testLinker()
    linker.say(link('u:A d:1', at(1)), link('u:B d:1', at(2)))
    expect(linker.state.node(fragment('d:1'))?.excluded).toBe('ambiguous_device')
    const effects = linker.say(silent('d:1', 5))
    expect([expired(effects), removed(effects)]).toEqual([['d:1'], 1])
    expect(linker.state.node(fragment('d:1'))?.excluded).toBe('ambiguous_device')
    linker.say(link('u:B d:1', at(401 * day)))
    expect(linker.profiles()).toEqual([])
  })

  it('stays: who was split off comes back as somebody else', () => {
    const linker = testLinker()
    linker.say(link('u:A d:1', at(1)), command('split', 'd:1', { at: 2 }))
    linker.say(silent('d:1', 5))
    linker.say(link('u:A d:1', at(401 * day)))
    expect(linker.profiles()).toEqual([])
  })
})

it('leaves everybody else as they are, whatever was said before', () => {
  const anyIds = fc.uniqueArray(fc.constantFrom('d:1', 'd:2', 'd:3', 'd:4', 'e:1', 'u:A'), {
    minLength: 1,
    maxLength: 3,
  })
  fc.assert(
    fc.property(fc.array(anyIds, { maxLength: 12 }), anyIds, (sets, named) => {
      const history = sets.map((ids, n) => link(ids.join(' '), at(n)))
      const linker = testLinker()
      linker.say(...history)
      const effects = linker.say(silent(named.join(' '), 100))
      const gone = new Set(expired(effects))
      for (const id of gone) expect(id).toMatch(/^d:/)
      // As if only those had spoken who are left, or of whom somebody is left.
      const others = testLinker()
      others.say(
        ...history.filter(({ identifiers }) =>
          identifiers.some(({ id }) => !gone.has(shortOf(id))),
        ),
      )
      expect(linker.profiles()).toEqual(others.profiles())
    }),
  )
})
