import {
  featureColumn,
  featureColumns,
  type GeneratedColumn,
  traitColumn,
  traitColumns,
} from '#schemas/clickhouse/columns.ts'
import type { CompiledDefinition, CompiledFeature } from '#runtime/definition/compiled.ts'
import { inputsOf } from '#runtime/definition/derived/derivation.ts'
import { viewColumns } from '#runtime/clickhouse/profile-views.ts'
import { quoteName, quoteText } from '#runtime/clickhouse/index.ts'

/** What an export has of each person, by the pipeline file in force. */
export interface ExportColumns {
  /** As profiles and their history store it. */
  readonly stored: readonly GeneratedColumn[]
  /** Names in the file, in order. */
  readonly names: readonly string[]
  /** A SELECT's list over a table `p` that has the stored columns, `row`, `at`, `profile_id`, `updated_at`, `given` and `segments`. */
  readonly select: string
}

/** Columns that every export has. A feature or trait of such a name keeps its prefix. */
const fixed = ['row', 'at', 'profile_id', 'updated_at', 'segments'] as const

/**
 * Features and traits decayed to each row's own time, each only where its purpose, and that of what it is made of, is given. What the file keeps of a
 * person in clear or sealed (`keep`) goes into no export.
 */
export function exportColumns(definition: CompiledDefinition): ExportColumns {
  const { features } = definition
  const traits = definition.traits.filter(({ keep }) => keep === null)
  const shown = viewColumns({ features, traits }, 'p.at').slice(
    -2 - features.length - traits.length,
    -2,
  )
  const known = [
    ...features.map((feature) => ({ feature, fallback: featureColumn(feature.name) })),
    ...traits.map((trait) => ({ trait, fallback: traitColumn(trait.name) })),
  ]
  const columns = shown.map(({ name, type, expression }, place) => {
    const one = known[place]
    const purposes =
      one === undefined ? [] : 'feature' in one ? purposesOf(one.feature) : [one.trait.purpose]
    return {
      name: fixed.some((taken) => taken === name) ? (one?.fallback ?? name) : name,
      expression: `if(${givenAll(purposes)}, ${expression}, ${type.startsWith('Array') ? '[]' : 'NULL'})`,
    }
  })
  return {
    stored: [...features.flatMap(featureColumns), ...traits.flatMap(traitColumns)],
    names: [
      'row',
      'at',
      'profile_id',
      'updated_at',
      ...columns.map(({ name }) => name),
      'segments',
    ],
    select: [
      'p.row AS row, p.at AS at, toString(p.profile_id) AS profile_id, p.updated_at AS updated_at',
      ...columns.map(({ name, expression }) => `${expression} AS ${quoteName(name)}`),
      `${segmentsShown(definition)} AS segments`,
    ].join(',\n'),
  }
}

/** Its own, and those of what it is derived of. */
const purposesOf = ({ derivation, purpose }: CompiledFeature): readonly string[] => [
  purpose,
  ...(derivation === null ? [] : inputsOf(derivation).flatMap(purposesOf)),
]

/** Those of the file in force whose purpose, and that of all that they read, is given. */
function segmentsShown({ segments, featureByName, traitByName }: CompiledDefinition): string {
  if (segments.length === 0) return 'emptyArrayString()'
  const each = segments.map(({ name, purpose, readsFeatures, readsTraits }) => {
    const purposes = [
      purpose,
      ...readsFeatures.flatMap((read) => {
        const feature = featureByName.get(read)
        return feature === undefined ? [] : purposesOf(feature)
      }),
      ...readsTraits.flatMap((trait) => traitByName.get(trait)?.purpose ?? []),
    ]
    return `(s = ${quoteText(name)} AND ${givenAll(purposes)})`
  })
  return `arraySort(arrayFilter(s -> ${each.join(' OR ')}, p.segments))`
}

const givenAll = (purposes: readonly string[]): string =>
  `hasAll(p.given, [${[...new Set(purposes)].map(quoteText).join(', ')}])`
