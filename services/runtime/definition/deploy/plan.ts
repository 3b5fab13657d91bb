import type { GeneratedColumn } from '#schemas/clickhouse/columns.ts'
import { definitionVersion } from '../../event/ids.ts'
import { definitionHash } from '../../log/definitions-record.ts'
import { compileDefinition } from '../compile.ts'
import type { CompiledDefinition } from '../compiled.ts'
import { emailPolicy } from '../email-policy.ts'
import type { Finding } from '../findings.ts'
import { identityPolicy } from '../identity-policy.ts'
import { parseNewPipeline, parsePipeline } from '../parse-pipeline.ts'
import { columnsOf } from './columns-of.ts'

/** By name: what a new file adds, drops and means otherwise than the one in force. */
export interface Changes {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly changed: readonly string[]
}

/** A change that the log in force can't carry: it needs a new generation. */
export interface ForbiddenChange {
  /**
   * priority, column: a rebuild carries it whole. usable: a rebuild carries it, and events of the past keep what they were judged.
   * spelling: not even a rebuild, since pseudonyms of the past can't be made anew.
   */
  readonly kind: 'priority' | 'usable' | 'spelling' | 'column'
  readonly what: string
  readonly why: string
}

export interface DeploymentPlan {
  readonly hash: string
  /** null when the file has errors. */
  readonly definition: CompiledDefinition | null
  /** The definition in force; null: there is none, or it is none any more for this release. */
  readonly before: CompiledDefinition | null
  readonly findings: readonly Finding[]
  /** The same content is in force: no new version. */
  readonly unchanged: boolean
  readonly forbidden: readonly ForbiddenChange[]
  /** `changed`: a new feature id, so that its states start anew beside the old ones. */
  readonly features: Changes
  readonly traits: Changes
  /** `changed`: another rule hash; members that the new rule excludes leave with a transition. */
  readonly segments: Changes
  /** Columns that the tables of the definition in force lack. */
  readonly columns: readonly GeneratedColumn[]
}

const nothing: Changes = { added: [], removed: [], changed: [] }

/** What deploying `text` over the definition in force would do. Pure; the version in `definition` is not the one it will get. */
export function planDeployment(current: string | null, text: string): DeploymentPlan {
  const hash = definitionHash(text)
  const before = compiledOrNull(current)
  const parsed = parseNewPipeline(text, before?.definition ?? null)
  const base = { hash, findings: parsed.findings, unchanged: current === text }
  if (parsed.definition === null)
    return {
      ...base,
      definition: null,
      before: null,
      forbidden: [],
      features: nothing,
      traits: nothing,
      segments: nothing,
      columns: [],
    }
  const next = compileDefinition(parsed.definition, definitionVersion(0))
  return {
    ...base,
    definition: next,
    before,
    forbidden: before === null ? [] : forbiddenChanges(before, next),
    features: changes(before?.features ?? [], next.features, ({ id }) => id),
    traits: changes(before?.traits ?? [], next.traits, (trait) => JSON.stringify(trait)),
    segments: changes(before?.segments ?? [], next.segments, ({ ruleHash }) => ruleHash),
    columns: addedColumns(before, next),
  }
}

/** What an older release accepted may not hold any more; then there is nothing to compare with. */
function compiledOrNull(text: string | null): CompiledDefinition | null {
  const definition = text === null ? null : parsePipeline(text).definition
  return definition === null ? null : compileDefinition(definition, definitionVersion(0))
}

function changes<T extends { readonly name: string }>(
  before: readonly T[],
  after: readonly T[],
  identity: (item: T) => string,
): Changes {
  const old = new Map(before.map((item) => [item.name, identity(item)]))
  const names = new Set(after.map(({ name }) => name))
  return {
    added: after.filter(({ name }) => !old.has(name)).map(({ name }) => name),
    removed: [...old.keys()].filter((name) => !names.has(name)),
    changed: after
      .filter((item) => old.has(item.name) && old.get(item.name) !== identity(item))
      .map(({ name }) => name),
  }
}

function addedColumns(
  before: CompiledDefinition | null,
  next: CompiledDefinition,
): readonly GeneratedColumn[] {
  const existing = new Set(columnsOf(before).map(({ name }) => name))
  return columnsOf(next).filter(({ name }) => !existing.has(name))
}

function forbiddenChanges(
  before: CompiledDefinition,
  next: CompiledDefinition,
): readonly ForbiddenChange[] {
  const found: ForbiddenChange[] = []
  const old = identityPolicy(before.definition.identity)
  const policy = identityPolicy(next.definition.identity)
  if (old.priority.join() !== policy.priority.join())
    found.push({
      kind: 'priority',
      what: `identity.priority: ${old.priority.join(' > ')} becomes ${policy.priority.join(' > ')}`,
      why: 'events would meet other fragments than before, and a redelivery would count twice: rebuild into a new generation',
    })
  for (const type of new Set([...old.types.keys(), ...policy.types.keys()])) {
    const blocked = [before, next].map((each) =>
      JSON.stringify((each.definition.identity.types[type]?.blocked ?? []).toSorted()),
    )
    if (blocked[0] !== blocked[1])
      found.push({
        kind: 'usable',
        what: `identity.types.${type}.blocked changes`,
        why: 'which identifier is usable decides an event’s fragment: rebuild into a new generation',
      })
  }
  const [oldEmail, email] = [before, next].map(({ definition }) => emailPolicy(definition.identity))
  for (const setting of ['plus', 'dots', 'role', 'disposable'] as const)
    if (oldEmail?.[setting] !== email?.[setting])
      found.push({
        kind: setting === 'plus' || setting === 'dots' ? 'spelling' : 'usable',
        what: `identity.types.email: ${setting}: ${oldEmail?.[setting]} becomes ${email?.[setting]}`,
        why: 'the same address would be another fragment, or none: rebuild into a new generation',
      })
  const types = new Map(columnsOf(before).map(({ name, type }) => [name, type]))
  for (const { name, type } of columnsOf(next)) {
    const was = types.get(name)
    if (was !== undefined && was !== type)
      found.push({
        kind: 'column',
        what: `column ${name}: ${was} becomes ${type}`,
        why: 'rows of both meanings would stand in one column: give the feature or trait a new name',
      })
  }
  return found
}
