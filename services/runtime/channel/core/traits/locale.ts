import { tidyText } from './text.ts'

/** Language, and script, region or variants: `de`, `de_DE`, `zh-Hant-TW`; of POSIX also `de_DE.UTF-8`. */
const tag = /^([A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,4})(?:\.[\w-]{1,20})?(?:@\w{1,20})?$/

/** BCP 47's spelling of a language tag; names of languages and all else stay. */
export function tidyLocale(value: string): string {
  const text = tidyText(value)
  const match = tag.exec(text)
  if (match?.[1] === undefined) return text
  try {
    return Intl.getCanonicalLocales(match[1].replaceAll('_', '-'))[0] ?? text
  } catch {
    return text
  }
}
