import { expect, test } from 'vitest'
import type { Question } from '../run/question.ts'
import { draw, drawnBy, drawnValue } from './draw.ts'
import type { Watched } from './watched.ts'

const watched = (name: string, look: Watched['look']): Watched => ({
  subject: { kind: 'feature', name },
  look,
  value: name,
  meaning: '',
})
const columns = [
  watched('many', 'number'),
  watched('label', 'label'),
  watched('few', 'number'),
  watched('more', 'number'),
]

/** What is drawn of columns when questions are answered so. */
function drawnOf(most: number, answers: readonly object[]) {
  const asked: Question[] = []
  const asking = draw(0, { from: 't' }, columns, most)
  let step = asking.next()
  for (const answer of answers) {
    if (step.done === true) break
    asked.push(step.value)
    step = asking.next([answer])
  }
  if (step.done !== true) throw new Error('it asks for more')
  return { asked: asked.length, draws: [...step.value].map(([{ value }, oneIn]) => [value, oneIn]) }
}

test('where people are no more than values may be put in order, nobody is drawn and nothing else asked', () => {
  expect(drawnOf(1000, [{ n: '1000' }])).toEqual({ asked: 1, draws: [] })
})

test('of each number that more have, between half of so many and all of them are drawn', () => {
  const filled = { n0: '80000', n1: '1000', n2: '1001' }
  expect(drawnOf(1000, [{ n: '100000' }, filled])).toEqual({
    asked: 2,
    draws: [
      ['many', 128],
      ['more', 2],
    ],
  })
})

test('whoever is drawn is drawn by the id, and nothing is read beside where everybody is', () => {
  expect([drawnBy({ id: 'p.profile_id' }, new Map()), drawnValue('v')]).toEqual(['', 'v'])
  const [many] = columns
  expect(many && drawnBy({ id: 'p.profile_id' }, new Map([[many, 8]]))).toMatch(
    /^cityHash64\(p\.profile_id\) AS drawn,\s$/,
  )
  expect(drawnValue('v', 8)).toBe('if(drawn % 8 = 0, v, NULL)')
})
