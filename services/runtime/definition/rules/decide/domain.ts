import { defaultK, type FeatureKind, isZeroWhenAbsent } from '../../feature-kinds.ts'
import type { PipelineDefinition } from '../../schema.ts'
import { durationMs } from '../../schema-parts.ts'

/** What values something that a rule reads can have. Unknown (withheld, stale, absent) is always one of them. */
export type Domain =
  | {
      readonly sort: 'number'
      readonly min: number
      readonly integer: boolean
      readonly zeroWhenAbsent: boolean
    }
  /** A moment; `maxAgeMs`: older than that it is unknown. */
  | { readonly sort: 'instant'; readonly maxAgeMs: number | null }
  | { readonly sort: 'keys'; readonly sizeMax: number }
  | { readonly sort: 'text' }
  | { readonly sort: 'boolean' }
  /** A text, a number or a truth value: the value of an event, whatever it was. */
  | { readonly sort: 'scalar' }

/** Between two of its values lie none but whole ones. */
export const isWhole = (domain: Domain): boolean => domain.sort === 'number' && domain.integer

/** `features.x` or `traits.x` → its domain. */
export type Domains = ReadonlyMap<string, Domain>

/** What shows shares takes their number from the ranking that it reads; no ranking shows more. */
const keysShownMax = 100

const number = (
  min: number,
  { integer = false, zeroWhenAbsent = false }: { integer?: boolean; zeroWhenAbsent?: boolean } = {},
): Domain => ({ sort: 'number', min, integer, zeroWhenAbsent })

/**
 * Counts are whole and never below 0; sums may be: a value may be negative. What is derived of other features is taken as independent of them: what
 * is then found is still so, but not everything is found.
 */
function domainOfKind(kind: FeatureKind, maxAgeMs: number | null, k: number): Domain {
  const zeroWhenAbsent = isZeroWhenAbsent(kind)
  switch (kind) {
    case 'count':
    case 'window_count':
      return number(0, { integer: true, zeroWhenAbsent })
    case 'distinct':
    case 'decayed_count':
    case 'rate':
    case 'interval':
      return number(0, { zeroWhenAbsent })
    case 'sum':
    case 'window_sum':
    case 'decayed_sum':
    case 'min':
    case 'max':
    case 'decayed_mean':
    case 'ratio':
    case 'expression':
      return number(-Infinity, { zeroWhenAbsent })
    case 'first':
    case 'last':
      return { sort: 'scalar' }
    case 'last_seen':
      return { sort: 'instant', maxAgeMs }
    case 'decayed_topk':
      return { sort: 'keys', sizeMax: k }
    case 'affinity':
      return { sort: 'keys', sizeMax: keysShownMax }
    case 'rfm':
      return { sort: 'text' }
    default:
      return kind satisfies never
  }
}

const traitDomains: Readonly<Record<'string' | 'number' | 'boolean', Domain>> = {
  string: { sort: 'text' },
  number: number(-Infinity),
  boolean: { sort: 'boolean' },
}

export function domainsOf({
  features,
  traits,
}: Pick<PipelineDefinition, 'features' | 'traits'>): Domains {
  return new Map<string, Domain>([
    ...features.map(({ kind, k, max_age, name }): [string, Domain] => [
      `features.${name}`,
      domainOfKind(kind, max_age === undefined ? null : durationMs(max_age), k ?? defaultK),
    ]),
    ...traits.map(({ name, type }): [string, Domain] => [`traits.${name}`, traitDomains[type]]),
  ])
}
