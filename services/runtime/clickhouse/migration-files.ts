import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

export interface Migration {
  readonly version: number
  readonly name: string
  /** SHA-256 of the file, hexadecimal. */
  readonly checksum: string
  /** Statements with their placeholders still in them. */
  readonly statements: readonly string[]
}

/** What the placeholders of a migration stand for. */
export interface MigrationTarget {
  readonly database: string
  /** Cluster to create everything on; null: this server alone. */
  readonly cluster: string | null
  readonly engine: 'ReplacingMergeTree' | 'ReplicatedReplacingMergeTree'
}

const directory = fileURLToPath(new URL('../../../schemas/clickhouse/migrations/', import.meta.url))
const fileName = /^(\d{4})_([a-z0-9_]+)\.sql$/

/**
 * The migrations of this build in order.
 * @throws Error when a file's name or the numbering is wrong: a mistake of a developer, not of a user.
 */
export function readMigrations(from: string = directory): readonly Migration[] {
  const migrations = readdirSync(from)
    .filter((file) => file.endsWith('.sql'))
    .toSorted()
    .map((file) => parseMigration(file, readFileSync(`${from}/${file}`, 'utf8')))
  for (const [i, { version, name }] of migrations.entries()) {
    if (version !== i + 1) throw new Error(`migration ${name} has number ${version}, not ${i + 1}`)
  }
  return migrations
}

export function parseMigration(file: string, text: string): Migration {
  const [, number, name] = fileName.exec(file) ?? []
  if (number === undefined || name === undefined) {
    throw new Error(`${file} is not called NNNN_name.sql`)
  }
  const statements = text
    .split(/;[ \t]*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '')
  return { version: Number(number), name, checksum: hash('sha256', text), statements }
}

/** Only these three names: `{at:DateTime64(3)}` of a parameterised view stays. */
export function fillIn(statement: string, target: MigrationTarget): string {
  const values = {
    database: target.database,
    cluster: target.cluster === null ? '' : `ON CLUSTER '${target.cluster}'`,
    engine: target.engine,
  }
  return statement.replaceAll(
    /\{(database|cluster|engine)\}/g,
    (_whole, name: keyof typeof values) => values[name],
  )
}
