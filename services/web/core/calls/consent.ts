import { purposeOf } from '#runtime/channel/core/consent.ts'
import { isSafeName } from '#runtime/channel/core/fields.ts'
import type { ConsentState } from '#runtime/event/event.ts'

/** Answers to categories, as purposes of the pipeline file. */
export type Answers = Record<string, ConsentState>

export const noAnswers: Readonly<Answers> = {}

/** Several categories may stand for one purpose: it is granted only when each of them is. */
export function answer(
  out: Answers,
  category: string,
  state: ConsentState,
  purposes: Readonly<Record<string, string>>,
): void {
  const purpose = purposeOf(category, purposes)
  if (isSafeName(purpose) && out[purpose] !== 'denied') out[purpose] = state
}
