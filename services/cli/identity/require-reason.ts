import { TributaryError } from '#runtime/errors/index.ts'
import type { InForce } from './refold/load.ts'

/** @throws TributaryError `TRB_USAGE` when the pipeline file in force wants to know why, and nothing was said. */
export function requireReason(
  { reasonRequired }: Pick<InForce, 'reasonRequired'>,
  reason: string,
): void {
  if (!reasonRequired || reason.trim() !== '') return
  throw new TributaryError('TRB_USAGE', 'this needs a reason: it is about a person', {
    hint: 'Say why, without personal data: --reason TEXT. privacy.reason of the pipeline file in force asks for it.',
  })
}
