/** Signs that nobody sees and that make one city two; joiners stay, since some scripts need them. */
const invisible = /[\u200b\u2060\ufeff\u00ad]/g

/** One spelling of the same characters, one blank between words, none around them. */
export const tidyText = (value: string): string =>
  value.normalize('NFC').replaceAll(invisible, '').trim().replaceAll(/\s+/g, ' ')

/** As a text, line by line: lines of an address mean something. */
export const tidyLines = (value: string): string =>
  value
    .split(/\r?\n/)
    .map(tidyText)
    .filter((line) => line !== '')
    .join('\n')

/** Upper case where it is plain letters and digits: `sw1a 1aa`. */
export function tidyPostalCode(value: string): string {
  const text = tidyText(value.normalize('NFKC'))
  return /^[A-Za-z0-9 -]+$/.test(text) ? text.toUpperCase() : text
}
