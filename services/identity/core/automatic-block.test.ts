import { describe, expect, it } from 'vitest'
import { epochMs } from '#runtime/event/ids.ts'
import { command, fragment, link, testLinker, testPolicy } from './testing/log.ts'
import { decisionsOf } from './testing/table.ts'

const policy = testPolicy({ automatic_block: '3 per 10d' })
const day = 86_400_000
const onDay = (set: string, days: number): ReturnType<typeof link> =>
  link(set, { logTime: epochMs(days * day) })

const strangers = (from: number, to: number, days = 0): readonly ReturnType<typeof link>[] =>
  Array.from({ length: to - from }, (_, n) => onDay(`e:till d:${from + n}`, days))

describe('a value that links more profiles than the policy allows in its window', () => {
  it('is no evidence from then on, and lets go whom it held', () => {
    const linker = testLinker(policy)
    linker.say(...strangers(0, 3))
    expect(linker.profiles()).toEqual(['d:0 d:1 d:2 e:till'])
    expect(decisionsOf(linker.say(...strangers(3, 4)))).toEqual(['block automatic_block'])
    expect(linker.profiles()).toEqual([])
    expect(decisionsOf(linker.say(...strangers(4, 5)))).toEqual(['block automatic_block'])
    expect(linker.profiles()).toEqual([])
    expect(linker.state.meta.counters.automatic).toBe(1)
  })

  it('counts a profile once, however often it comes', () => {
    const linker = testLinker(policy)
    linker.say(...strangers(0, 3), ...strangers(0, 3, 1), onDay('e:till d:0 d:1', 2))
    expect(linker.profiles()).toEqual(['d:0 d:1 d:2 e:till'])
  })

  it('counts those whom another rule refused too', () => {
    const linker = testLinker(policy)
    linker.say(...['A', 'B', 'C', 'D', 'E'].map((user) => onDay(`e:till u:${user}`, 0)))
    expect(linker.profiles()).toEqual([])
    expect(linker.state.node(fragment('e:till'))?.excluded).toBe('automatic_block')
  })

  it('forgets what lies before the window', () => {
    const linker = testLinker(policy)
    linker.say(...strangers(0, 3), ...strangers(3, 6, 10.5))
    expect(linker.state.node(fragment('e:till'))?.excluded).toBe(null)
    expect(linker.profiles()).toEqual(['d:0 d:1 d:2 d:3 d:4 d:5 e:till'])
  })

  it('is never a login by default, nor the address that only came along with one', () => {
    const linker = testLinker(policy)
    linker.say(
      ...Array.from({ length: 9 }, (_, n) => onDay(`u:A e:a d:${n}`, 0)),
      onDay('e:a d:x', 0),
    )
    expect(linker.profiles()).toHaveLength(1)
    expect(linker.profiles()[0]).toContain('e:a u:A')
  })

  it('speaks again when an operator merges it', () => {
    const linker = testLinker(policy)
    linker.say(...strangers(0, 5), command('merge', 'e:till u:A'))
    expect(linker.profiles()).toEqual(['e:till u:A'])
    linker.say(onDay('e:till d:9', 0))
    expect(linker.profiles()).toEqual(['d:9 e:till u:A'])
  })

  it('may be a login where the file says so, and nothing where it says none', () => {
    const login = testLinker(
      testPolicy({ types: { user_id: { automatic_block: '2 per 10d', blocked: [] } } }),
    )
    login.say(...[1, 2, 3].map((n) => onDay(`u:guest e:${n}`, 0)))
    expect(login.profiles()).toEqual([])
    const off = testLinker(testPolicy({ automatic_block: 'none' }))
    off.say(...strangers(0, 50))
    expect(off.profiles()).toHaveLength(1)
  })
})
