import type { RebuildPorts } from '../ports.ts'
import { lostWords } from './core/words.ts'
import { lostWordText } from './plan-new-key.ts'

/** What a rebuild under a new key could not carry over, and what is left to do. */
export async function noticesOf({
  fromRaw,
}: Pick<RebuildPorts, 'fromRaw'>): Promise<readonly string[]> {
  if (fromRaw === undefined) return []
  const { words, names } = fromRaw.carrying.last()
  const { gone } = fromRaw.raw.leftOver()
  return [
    ...lostWords(words, names).map(lostWordText),
    ...(gone === 0
      ? []
      : [`${gone} raw records went with their retention before they could be read`]),
    'services and commands: set TRIBUTARY_KEY… to the new key and TRIBUTARY_KEY_PREVIOUS… to the one before, and start them anew (docs/keys.md)',
    'tributary privacy sweep deletes what was written of people who were erased meanwhile',
  ]
}
