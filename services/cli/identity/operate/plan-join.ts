import { TributaryError } from '#runtime/errors/index.ts'
import type { FragmentId } from '#runtime/event/ids.ts'
import type { LoggedRecord } from '../refold/logged-record.ts'
import type { Refolded } from '../refold/refold.ts'

/**
 * What an `unsplit` has to name for these to be lifted.
 * @throws TributaryError `TRB_WITHOUT_EFFECT` when no split parts them from anybody.
 */
export function unsplitIdentifiers(
  now: Refolded,
  named: readonly FragmentId[],
): readonly FragmentId[] {
  const barsOf = (id: FragmentId): readonly string[] => now.state.node(id)?.bars ?? []
  const wereSplitOff = named.filter((id) => barsOf(id).some((bar) => bar.startsWith('0')))
  if (wereSplitOff.length > 0) return wereSplitOff
  const bar = named.flatMap(barsOf).at(-1)
  throw new TributaryError(
    'TRB_WITHOUT_EFFECT',
    'no split took what is named away from anybody',
    bar === undefined
      ? {}
      : {
          hint: `Others were split off from it: tributary identity unsplit --command ${bar.slice(1, bar.lastIndexOf('/'))}.`,
        },
  )
}

/**
 * Whom a split named, in all its parts: one that fetched late comers was lifted and given again in between.
 * @throws TributaryError `TRB_USAGE` when it is another command.
 */
export function fragmentsOfSplit(parts: readonly LoggedRecord[]): readonly FragmentId[] {
  const splits = parts.flatMap(({ record }) =>
    record.kind === 'command' && record.action === 'split' ? [record.fragments] : [],
  )
  if (splits.length > 0) return [...new Set(splits.flat())]
  throw new TributaryError('TRB_USAGE', 'that command is not a split', {
    hint: 'tributary identity explain names the splits of a profile.',
  })
}

/** @throws TributaryError `TRB_USAGE` for fewer than two, `TRB_WITHOUT_EFFECT` when they are one person already. */
export function mergeIdentifiers(
  now: Refolded,
  named: readonly FragmentId[],
): readonly FragmentId[] {
  const distinct = [...new Set(named)]
  if (distinct.length < 2)
    throw new TributaryError('TRB_USAGE', 'name two identifiers or profiles at least')
  if (new Set(distinct.map((id) => now.profileOf(id))).size > 1) return distinct
  throw new TributaryError('TRB_WITHOUT_EFFECT', 'they are one person already')
}
