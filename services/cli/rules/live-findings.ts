import type { Observation } from '#runtime/definition/findings.ts'
import type { SegmentDefinition } from '#runtime/definition/schema.ts'
import { groupShare, groupSize, groupSizeText } from '#runtime/groups/index.ts'
import type { Difference, Differences, RuleFacts } from './facts.ts'

export interface LiveLimits {
  /** Fewer members are too few to act on. */
  readonly sizeMin: number
  /** Members in both of those in either, from which on two segments are one. */
  readonly alikeMin: number
}

/** Negligible by the usual conventions: |δ| below 0.147 (Romano 2006), |h| below 0.2 (Cohen 1988). */
const negligible = { cliffs_delta: 0.147, cohens_h: 0.2 } as const

const isNegligible = ({ effect, measure }: Pick<Difference, 'effect' | 'measure'>): boolean =>
  Math.abs(effect) < negligible[measure]

/** Members differ from the others in nothing but what their rules ask for. */
export const isHomogeneous = (differences: Differences): boolean => {
  const others = differences?.filter(({ read }) => !read) ?? []
  return others.length > 0 && others.every(isNegligible)
}

/** What the data say of a segment, as lint says it. */
export function liveFindings(
  { name }: SegmentDefinition,
  index: number,
  facts: RuleFacts,
  differences: Differences,
  limits: LiveLimits,
): readonly Observation[] {
  const own = facts.segments.get(name)
  if (own === undefined) return []
  const path = ['segments', index, 'name']
  if (own.lastEntry === null)
    return [
      {
        severity: 'warning',
        code: 'segment_never_fired',
        message: `nobody ever entered ${name}`,
        hint: 'deploy the file if that has not happened yet; else see whether its rule asks for what never comes, or retire it',
        path,
      },
    ]
  const found: Observation[] = []
  if (own.members < limits.sizeMin)
    found.push({
      severity: 'warning',
      code: 'segment_too_small',
      message: `${name} has ${groupSizeText(groupSize(own.members, facts.least))} members, fewer than ${limits.sizeMin}`,
      hint: 'too few to act on or to learn from: a wider rule, or none',
      path,
    })
  found.push(...alike(name, path, facts, limits))
  if (isHomogeneous(differences)) {
    const [most] = differences?.filter(({ read }) => !read) ?? []
    found.push({
      severity: 'warning',
      code: 'segment_homogeneous',
      message: `members of ${name} differ from everybody else in nothing but what its rule asks for`,
      hint: `the largest difference is ${most === undefined ? 'none' : `${most.name}, ${effectText(most)}`}: what is done for them might as well be done for all`,
      path,
    })
  }
  return found
}

export const effectText = ({ effect, measure }: Pick<Difference, 'effect' | 'measure'>): string =>
  `${measure === 'cliffs_delta' ? "Cliff's δ" : "Cohen's h"} ${effect.toFixed(2)}`

/** Said of the later one in the file's order alone: a pair is one finding. */
function alike(
  name: string,
  path: Observation['path'],
  { least, segments, shared }: RuleFacts,
  { alikeMin }: LiveLimits,
): readonly Observation[] {
  const order = [...segments.keys()]
  const size = segments.get(name)?.members ?? 0
  return shared.flatMap(({ a, b, members: both }): Observation[] => {
    const other = a === name ? b : b === name ? a : null
    if (other === null || groupSize(both, least).kind === 'below') return []
    const others = segments.get(other)?.members ?? 0
    const jaccard = both / Math.max(1, size + others - both)
    if (jaccard >= alikeMin)
      return order.indexOf(name) < order.indexOf(other)
        ? []
        : [
            {
              severity: 'warning',
              code: 'segments_alike',
              message: `${name} and ${other} have the same members${butFor(both, size + others - both, least)}`,
              hint: 'keep one of them',
              path,
            },
          ]
    if (both / Math.max(1, size) < alikeMin) return []
    return [
      {
        severity: 'info',
        code: 'segment_contained',
        message: `${shareOf(both, size, least)} of ${name} are in ${other}, too`,
        hint: 'fine for a narrower one; if both are acted on, say which goes first (group, priority)',
        path,
      },
    ]
  })
}

/** Who knows the size of the whole could count a small rest: it is not told. */
function butFor(both: number, either: number, least: number): string {
  const share = both > either ? null : groupShare(both, either, least)
  return share === null ? '' : ` but for ${percent(1 - share)}`
}

function shareOf(both: number, size: number, least: number): string {
  const share = both > size ? null : groupShare(both, size, least)
  return share === null ? 'all, or all but a few,' : percent(share)
}

export const percent = (share: number): string => `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`
