import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createHotKeys, hotKeysMax } from './hot-keys.ts'

const options = { windowMs: 1000, top: 3 }

describe('hot keys', () => {
  it('are the most frequent ones, exact while there is room', () => {
    const keys = createHotKeys(options)
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b', 'd']) keys.add(key)
    expect(keys.window(0)).toEqual({
      total: 7,
      top: [
        { key: 'a', count: 3, error: 0 },
        { key: 'b', count: 2, error: 0 },
        { key: 'c', count: 1, error: 0 },
      ],
    })
  })

  it('bring every key above its share of the room, and bound its count from both sides, whatever the order', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(300), { minLength: 500, maxLength: 3000 }), (rest) => {
        const keys = createHotKeys({ windowMs: 1000, top: hotKeysMax })
        const hot = Math.ceil(rest.length / 4)
        const stream = rest.flatMap((n, at) => (at % 4 === 0 ? ['hot', `k${n}`] : [`k${n}`]))
        for (const key of stream) keys.add(key)
        const { top, total } = keys.window(0)
        expect(total).toBe(stream.length)
        const found = top.find(({ key }) => key === 'hot')
        expect(found?.count).toBeGreaterThanOrEqual(hot)
        expect((found?.count ?? 0) - (found?.error ?? 0)).toBeLessThanOrEqual(hot)
      }),
    )
  })

  it('name nobody when all are alike: a count that is mostly inherited is no count', () => {
    const keys = createHotKeys(options)
    for (let n = 0; n < 10_000; n += 1) keys.add(`k${n}`)
    expect(keys.window(0).top).toEqual([])
  })

  it('are those of the last whole window, and nobody’s once nothing comes', () => {
    const keys = createHotKeys(options)
    keys.window(0)
    keys.add('a')
    expect(keys.window(500).top).toMatchObject([{ key: 'a' }])
    keys.add('b')
    expect(keys.window(1000).total).toBe(2)
    keys.add('c')
    expect(keys.window(1500).total).toBe(2)
    expect(keys.window(2000)).toMatchObject({ total: 1, top: [{ key: 'c' }] })
    expect(keys.window(3000)).toEqual({ total: 0, top: [] })
  })
})
