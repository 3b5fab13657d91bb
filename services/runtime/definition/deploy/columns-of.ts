import { featureColumns, type GeneratedColumn, traitColumns } from '#schemas/clickhouse/columns.ts'
import type { CompiledDefinition } from '../compiled.ts'

/** Columns that the tables have of a definition; null: of none. */
export const columnsOf = (definition: CompiledDefinition | null): readonly GeneratedColumn[] =>
  definition === null
    ? []
    : [...definition.features.flatMap(featureColumns), ...definition.traits.flatMap(traitColumns)]
