import { InvalidArgumentError } from 'commander'

/** A count that somebody typed. @throws InvalidArgumentError */
export function wholeNumber(text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It is no whole number above 0.')
}

/** The same of what may be none at all. @throws InvalidArgumentError */
export function wholeNumberOrNone(text: string): number {
  return text === '0' ? 0 : wholeNumber(text)
}
