import type { RoutedEvent, Scalar } from '../event/event.ts'
import type { DefinitionVersion, EpochMs, FeatureId } from '../event/ids.ts'
import type { MachineRules } from '../machines/rules.ts'
import type { CalendarWindow } from '../time/calendar-window.ts'
import type { Formula } from './derived/formula.ts'
import type { FeatureKind, FeatureShape } from './feature-kinds.ts'
import type { Step } from './rules/steps.ts'
import type { PipelineDefinition } from './schema.ts'
import type { Keep } from './keep-schema.ts'

export type { FeatureKind }

/** A feature ready to fold: its accessors are closures, nothing of it is interpreted per event. */
export interface CompiledFeature {
  readonly id: FeatureId
  readonly name: string
  readonly kind: FeatureKind
  readonly shape: FeatureShape
  readonly purpose: string
  readonly description: string
  /** What the value is counted in, for people; null: not stated. */
  readonly unit: string | null
  /** Milliseconds; set exactly for what fades (≥ 60,000). */
  readonly halfLifeMs: number | null
  /** Set exactly for the window kinds. */
  readonly window: CalendarWindow | null
  /** Of derived kinds, exactly: they have no state, events mean nothing to them. */
  readonly derivation: Derivation | null
  /** Entries shown of a top-k. */
  readonly k: number | null
  /** ISO 4217; makes the value exact money: Decimal(18,4). */
  readonly currency: string | null
  readonly maxAgeMs: number | null
  /** Type, `where` and machine flag (machine-made events are no interest unless the feature says so). */
  accepts(event: RoutedEvent): boolean
  /** The number or scalar that `value` names; null: the event says nothing for this feature. Money of another currency is null. */
  value(event: RoutedEvent): Scalar | null
  /** The key of a top-k; null: nothing. */
  key(event: RoutedEvent): string | null
}

/** How a derived feature is read off others. */
export type Derivation =
  /** A ratio or an expression: one number of numbers of one moment. */
  | {
      readonly kind: 'formula'
      readonly inputs: readonly CompiledFeature[]
      readonly evaluate: Formula['evaluate']
    }
  /** Each key of a ranking by its part of the whole. */
  | { readonly kind: 'shares'; readonly ranking: CompiledFeature }
  | {
      readonly kind: 'scores'
      readonly recency: CompiledFeature
      readonly frequency: CompiledFeature
      readonly monetary: CompiledFeature
      /** Rising; ages in milliseconds. */
      readonly cuts: {
        readonly recencyMs: readonly number[]
        readonly frequency: readonly number[]
        readonly monetary: readonly number[]
      }
    }

/** What a rule can read of one profile. Readings are pure data: the rule itself moves them through time. */
export type Reading =
  | { readonly kind: 'absent' }
  /** Constant until something changes it. */
  | { readonly kind: 'constant'; readonly value: Scalar; readonly staleAt: EpochMs | null }
  /** value(t) = valueAtRef · 2^(−(t − refTime) / halfLifeMs) for t ≥ refTime, valueAtRef before. */
  | {
      readonly kind: 'decayed'
      readonly valueAtRef: number
      readonly refTime: EpochMs
      readonly halfLifeMs: number
      readonly staleAt: EpochMs | null
    }
  /** A moment, e.g. last-seen; rules read its age. */
  | { readonly kind: 'instant'; readonly at: EpochMs; readonly staleAt: EpochMs | null }
  /** Keys in falling order of weight; the order does not change with time since all share one half-life. */
  | { readonly kind: 'ranked'; readonly keys: readonly string[]; readonly staleAt: EpochMs | null }
  /** From each moment on another value. */
  | { readonly kind: 'steps'; readonly steps: readonly Step[]; readonly staleAt: EpochMs | null }
  /** Events per day since the first: events / max(1, days since firstAt). */
  | {
      readonly kind: 'rate'
      readonly events: number
      readonly firstAt: EpochMs
      readonly staleAt: EpochMs | null
    }

export interface ProfileReader {
  feature(name: string): Reading
  trait(name: string): Reading
}

/** `unknown`: the rule reads something absent or stale that decides it. Unknown never enters and never exits. */
export type Verdict = boolean | 'unknown'

export interface RuleResult {
  readonly verdict: Verdict
  /** First millisecond after `at` when time alone may change the verdict; null: never. Exact for single crossings, early for combined ones. */
  readonly changesAt: EpochMs | null
}

export interface CompiledRule {
  readonly source: string
  readonly readsFeatures: readonly string[]
  readonly readsTraits: readonly string[]
  evaluate(profile: ProfileReader, at: EpochMs): RuleResult
}

export interface CompiledSegment {
  readonly name: string
  readonly priority: number
  /** Of the segments of one group a profile is in at most one: the first by priority (lowest number) whose rule holds. */
  readonly group: string | null
  readonly minStayMs: number | null
  readonly purpose: string
  /** Changes exactly when the meaning of the rule changes: hash of enter, exit, min_stay, priority, group, purpose. */
  readonly ruleHash: string
  readonly enter: CompiledRule
  /** null: out as soon as `enter` no longer holds. */
  readonly exit: CompiledRule | null
  readonly readsFeatures: readonly string[]
  readonly readsTraits: readonly string[]
}

export interface CompiledTrait {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean'
  readonly purpose: string
  readonly maxAgeMs: number | null
  readonly allowThirdParty: boolean
  /** Values are sealed before they leave the channel; `clear`: plain in the table `profiles`. null: not kept, plain wherever it is. */
  readonly keep: Keep | null
}

export interface ExpireRule {
  /** Silence after which a profile ends, all of whose identifiers are of these types. */
  readonly anonymousMs: number
  readonly types: ReadonlySet<string>
}

/** A pipeline file, validated and compiled. Immutable; the same text compiles to the same meaning everywhere. */
export interface CompiledDefinition {
  readonly version: DefinitionVersion
  /** Who enters and leaves by this version is said in public: it was deployed so. Left out: not. */
  readonly notify?: true
  readonly definition: PipelineDefinition
  readonly features: readonly CompiledFeature[]
  /** Features by event type, so that an event meets only those that may read it. `*` is not used. */
  readonly featuresByEventType: ReadonlyMap<string, readonly CompiledFeature[]>
  readonly featureByName: ReadonlyMap<string, CompiledFeature>
  readonly traits: readonly CompiledTrait[]
  readonly traitByName: ReadonlyMap<string, CompiledTrait>
  /** Of all candidates of one trait in a fragment. */
  readonly traitBytesMax: number
  /** In order of evaluation: by priority, then name. */
  readonly segments: readonly CompiledSegment[]
  /** Lower is better; a source that is not listed comes after all listed. */
  readonly sourcePriority: ReadonlyMap<string, number>
  readonly purposes: readonly string[]
  readonly machines: MachineRules
  /** When profiles of nobody known end; null: never. */
  readonly expire: ExpireRule | null
  /** Longest limit window or link lifetime: how long a home remembers a link that it sent. */
  readonly linkMemoryMs: number
  /** How long a home remembers event ids, in log time. */
  readonly idMemoryMs: number
}
