import { InvalidArgumentError } from 'commander'
import { wholeNumber } from './whole-number.ts'

/** From which on segments are worth a word: the same for all commands that look at stored people. */
export const minSizeOption = [
  '--min-size <people>',
  'a smaller segment is too small',
  wholeNumber,
  100,
] as const

export const alikeOption = [
  '--alike <share>',
  'two segments with at least this share of their members in common are too alike',
  share,
  0.9,
] as const

function share(text: string): number {
  const number = Number(text)
  if (text.trim() !== '' && number > 0 && number <= 1) return number
  throw new InvalidArgumentError('It is no share above 0 and up to 1, such as 0.9.')
}
