/* oxlint-disable typescript/no-unsafe-type-assertion -- names of a test are ids by decree */
import { parse } from 'yaml'
import { compileDefinition } from '#runtime/definition/compile.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { pipelineSchema } from '#runtime/definition/schema.ts'
import { definitionVersion, epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { memberContents } from '../../../services/profiles/core/fold/members-of.ts'
import { sumContents } from '../../../services/profiles/core/content/sum-contents.ts'
import { type Foreseen, foresee } from '../../../services/profiles/core/segments/foresee.ts'
import { definitionText } from '../../support/fold/definition.ts'
import { routedEvent } from '../../support/fold/events.ts'
import { birth, testPartition } from '../../support/fold/partition.ts'
import type { NaiveTransition } from './naive.ts'
import type { Plan, PlannedFeature, Rule } from './plan.ts'

// The same plan, run by production: compiled from a pipeline file's text, folded message by message, timers and all.

const person = 'user_id:ada' as FragmentId

const number = (value: number): string => (Number.isInteger(value) ? `${value}.0` : `${value}`)

export function celOf(rule: Rule): string {
  switch (rule.kind) {
    case 'and':
    case 'or':
      return `(${rule.parts.map(celOf).join(rule.kind === 'and' ? ' && ' : ' || ')})`
    case 'not':
      return `!(${celOf(rule.of)})`
    case 'choice':
      return `(${celOf(rule.test)} ? ${celOf(rule.yes)} : ${celOf(rule.no)})`
    case 'number': {
      const { of, op, plus, than, times } = rule
      const scaled = times === 1 ? of : `${of} * ${number(times)}`
      return `${plus === 0 ? scaled : `${scaled} + ${number(plus)}`} ${op} ${number(than)}`
    }
    case 'equals':
      return `${rule.of} == ${rule.value}`
    case 'age':
      return `age(${rule.of}) ${rule.op} duration("${rule.thanMs / 1000}s")`
    case 'has':
      return `has(${rule.of})`
    case 'rfm':
      return rule.value.length === 3
        ? `standing == "${rule.value}"`
        : `standing.startsWith("${rule.value}")`
    case 'tier':
      return rule.among.length === 1
        ? `traits.tier == "${rule.among[0]}"`
        : `traits.tier in [${rule.among.map((tier) => `"${tier}"`).join(', ')}]`
    case 'score':
      return `traits.score ${rule.op} ${number(rule.than)}`
    case 'clock':
      return `now ${rule.op} timestamp("${new Date(rule.than).toISOString()}")`
    default:
      return rule satisfies never
  }
}

const kinds = {
  activity: ['decayed_count', 'page_viewed'],
  spending: ['decayed_sum', 'order_completed'],
  orders: ['count', 'order_completed'],
  visits: ['window_count', 'page_viewed'],
  spent: ['window_sum', 'order_completed'],
  pace: ['rate', 'page_viewed'],
  late_pace: ['rate', 'page_viewed'],
  per_visit: ['ratio', null],
  standing: ['rfm', null],
  last_visit: ['last_seen', 'page_viewed'],
  last_order: ['last_seen', 'order_completed'],
} as const

const spanOf = (ms: number): string => `${ms / 1000}s`

const maxAgeOf = (ms: number | null) => (ms === null ? {} : { max_age: spanOf(ms) })

function featureOf({ halfLifeMs, maxAgeMs, name, window }: PlannedFeature): object {
  const [kind, event] = kinds[name]
  return {
    name,
    kind,
    ...(event !== null && { events: [event] }),
    purpose: 'service',
    description: name,
    ...maxAgeOf(maxAgeMs),
    ...(kind === 'ratio' && { numerator: 'spent', denominator: 'visits' }),
    ...(kind === 'rfm' && { recency: 'last_visit', frequency: 'visits', monetary: 'spent' }),
    ...((kind.startsWith('decayed') || name === 'late_pace') && { half_life: spanOf(halfLifeMs) }),
    ...(kind.startsWith('window') && { window: `${window.buckets}${window.unit}` }),
    ...(kind.endsWith('_sum') && { value: 'properties.total' }),
  }
}

function definitionOf(plan: Plan): CompiledDefinition {
  const common = {
    description: 'd',
    owner: 'o',
    objective: 'o',
    review_by: '2030-01-01',
    purpose: 'service',
    success_metric: { event: 'page_viewed', aggregation: 'count', window: '7d', direction: 'up' },
  }
  const body = {
    traits: [
      {
        name: 'tier',
        type: 'string',
        purpose: 'service',
        description: 'd',
        ...maxAgeOf(plan.tierMaxAgeMs),
      },
      {
        name: 'score',
        type: 'number',
        purpose: 'service',
        description: 'd',
        ...maxAgeOf(plan.scoreMaxAgeMs),
      },
    ],
    features: plan.features.map(featureOf),
    segments: plan.segments.map(({ enter, exit, group, minStayMs, name, priority }) => ({
      ...common,
      name,
      priority,
      enter: celOf(enter),
      ...(exit !== null && { exit: celOf(exit) }),
      ...(minStayMs !== null && { min_stay: spanOf(minStayMs) }),
      ...(group !== null && { group }),
    })),
  }
  // JSON is YAML; the rest of the file is that of other tests.
  const head = definitionText('').replace('time_zone: UTC', `time_zone: ${plan.zone}`)
  const content: unknown = { ...(parse(head) as object), ...body }
  return compileDefinition(pipelineSchema.parse(content), definitionVersion(1))
}

export interface PlanRun {
  readonly transitions: readonly NaiveTransition[]
  /** What production foresaw right after the last event: the first change of each segment. */
  readonly foreseen: ReadonlyMap<string, Foreseen>
  readonly timersFired: number
}

export function runPlan(plan: Plan, end: number): PlanRun {
  const definition = definitionOf(plan)
  const partition = testPartition({ partition: 0, partitions: 1, definitions: [definition] })
  const transitions: NaiveTransition[] = []
  const note = ({ rows }: ReturnType<typeof partition.send>): void => {
    for (const { at, cause, segment, to } of rows.segment_transitions)
      transitions.push({
        segment,
        at: Date.parse(at),
        to,
        cause: cause as NaiveTransition['cause'],
      })
  }
  const { state } = partition
  partition.send(plan.happenings[0]?.receivedAt ?? end, {
    kind: 'define',
    version: definition.version,
  })
  for (const { at, id, receivedAt, total, traits, type } of plan.happenings)
    note(
      partition.send(receivedAt, {
        kind: 'event',
        event: routedEvent({
          id,
          identifiers: [person],
          at,
          receivedAt,
          type,
          traits,
          properties: total === null ? {} : { total },
        }),
      }),
    )
  const id = birth(person)
  const profile = state.profile(id)
  const members = profile === undefined ? [] : memberContents({ state }, id, profile)
  const { next } = foresee(
    sumContents(
      members.map(([, content]) => content),
      definition,
    ),
    definition,
    profile?.segments ?? new Map(),
    state.meta.clock,
  )
  do note(partition.send(end, { kind: 'tick' }, null))
  while ((state.nextTimer()?.due ?? Infinity) <= epochMs(end))
  return { transitions, foreseen: next, timersFired: state.meta.counters.timersFired }
}
