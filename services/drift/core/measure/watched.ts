import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import { shortHash } from '#runtime/definition/features.ts'
import type { Subject } from '../watch/signal.ts'

/**
 * How the values of a column are looked at. `presence`: only whether there are any. Counts for ever, minima and maxima are: they move by construction, so
 * that a change of them is no news; and what the pipeline file keeps of a person, since its values belong into no report.
 */
export type Look = 'number' | 'label' | 'presence'

/** SQL of the value as it is counted. What is not finite is no number, and so no value: a mean of it would be none. */
export const countedValue = ({ look, value }: Pick<Watched, 'look' | 'value'>): string =>
  look === 'number' ? `if(isFinite(${value}), ${value}, NULL)` : value

/** A column of every profile. */
export interface Watched {
  readonly subject: Subject
  readonly look: Look
  /** SQL over a row of `profiles_now`'s columns: Nullable(Float64) of a number, Nullable(String) of a label. */
  readonly value: string
  /** Says the same as long as the pipeline file means the same. */
  readonly meaning: string
}

/** Gives the SQL of a feature's or trait's value as of the run. */
export interface Columns {
  feature(name: string): string
  trait(name: string): string
  /** A column that every profile has. */
  own(name: string): string
}

/** Everything that a run counts over profiles. */
export function watchedOf(
  { definition, features, traits, purposes }: CompiledDefinition,
  columns: Columns,
  asOfMs: string,
): readonly Watched[] {
  const meanings = new Map(definition.features.map((one) => [one.name, meaningOf(one)]))
  return [
    ...features.map((feature): Watched => {
      const value = columns.feature(feature.name)
      return {
        subject: { kind: 'feature', name: feature.name },
        ...lookOf(feature, value, asOfMs),
        meaning: meanings.get(feature.name) ?? '',
      }
    }),
    ...traits.map((trait): Watched => {
      const value = columns.trait(trait.name)
      const look: Look =
        trait.keep !== null ? 'presence' : trait.type === 'number' ? 'number' : 'label'
      return {
        subject: { kind: 'trait', name: trait.name },
        look,
        value: look === 'label' ? `toString(${value})` : value,
        meaning: meaningOf(definition.traits.find(({ name }) => name === trait.name) ?? {}),
      }
    }),
    {
      subject: { kind: 'identity', name: 'identifiers_per_profile' },
      look: 'number',
      value: `toNullable(toFloat64(length(${columns.own('members')})))`,
      meaning: '',
    },
    ...purposes.map(
      (purpose): Watched => ({
        subject: { kind: 'consent', name: purpose },
        look: 'label',
        // Names of the pipeline file: letters, digits, underscores.
        value: `nullIf(toString(${columns.own('consent')}['${purpose}']), '')`,
        meaning: '',
      }),
    ),
  ]
}

const dayMs = 86_400_000

function lookOf(
  { kind, shape }: CompiledFeature,
  value: string,
  asOfMs: string,
): Pick<Watched, 'look' | 'value'> {
  const number = { look: 'number', value: `toFloat64(${value})` } as const
  switch (shape) {
    case 'decayed':
    case 'rate':
      return number
    case 'steps':
      return kind === 'rfm' ? { look: 'label', value } : number
    case 'instant':
      return {
        look: 'number',
        value: `(${asOfMs} - toUnixTimestamp64Milli(${value})) / ${dayMs}`,
      }
    case 'ranked':
    case 'shares':
      return { look: 'label', value: `if(empty(${value}), NULL, ${value}[1].key)` }
    case 'plain':
      return plainLook(kind, value, number)
    default:
      return shape satisfies never
  }
}

function plainLook(
  kind: CompiledFeature['kind'],
  value: string,
  number: Pick<Watched, 'look' | 'value'>,
): Pick<Watched, 'look' | 'value'> {
  if (kind === 'first' || kind === 'last' || kind === 'rfm') return { look: 'label', value }
  const grows = ['count', 'sum', 'min', 'max', 'distinct'].includes(kind)
  return grows ? { look: 'presence', value } : number
}

/** What is said for people, and how it is used, means nothing for the value. */
function meaningOf(part: object): string {
  const said = Object.entries(part).filter(
    ([name]) => !['description', 'unit', 'purpose', 'max_age'].includes(name),
  )
  return shortHash(said.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
