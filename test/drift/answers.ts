import { createRandom, type Random } from '../world/random.ts'
import { answeredAnew, heardOf, unanswered } from './shop.ts'

/** What people once answered, as places in `heardOf`. */
export type Answers = Uint8Array

function drawAnswer(random: Random): number {
  let point = random.next()
  const place = heardOf.findIndex(([, share]) => {
    point -= share
    return point < 0
  })
  return place < 0 ? unanswered : place
}

export function firstAnswers(seed: number, people: number): Answers {
  const random = createRandom(seed, 0x616e)
  return Uint8Array.from({ length: people }, () => drawAnswer(random))
}

/** A day on which some answer anew. */
export function nextAnswers(seed: number, day: number, answers: Answers): Answers {
  const random = createRandom(seed, day, 0x616e)
  const next = answers.slice()
  for (let n = 0; n < answers.length * answeredAnew; n += 1)
    next[random.int(answers.length)] = drawAnswer(random)
  return next
}

/** Of each category, last of all of those who said nothing. */
export function countAnswers(answers: Answers): readonly number[] {
  const counts: number[] = Array.from({ length: heardOf.length + 1 }, () => 0)
  for (const answer of answers) counts[answer] = (counts[answer] ?? 0) + 1
  // Bins of categories, then other, new, null.
  return [...counts.slice(0, -1), 0, 0, counts.at(-1) ?? 0]
}
