import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { toIso } from '#runtime/time/iso.ts'
import type { Cause } from '../watch/cause.ts'
import type { Subject } from '../watch/signal.ts'
import { subjectKey } from '../watch/signal.ts'
import type { Notice } from '../watch/window.ts'

/** What an alert says, without anybody's data. */
export interface Told {
  readonly words: string
  readonly causes: readonly { readonly kind: string; readonly words: string }[]
  readonly segments: readonly string[]
  readonly owner: string
  readonly runbook: string
}

export function tellOf(
  { assessment, causes, episode, turn }: Notice,
  compiled: CompiledDefinition,
  readers: readonly string[],
): Told {
  const { subject, before, after, unit } = assessment
  const moved = assessment.faint
    ? 'is too little to be judged'
    : movedOf(subject, unit, before, after)
  const ended = turn === 'closed' ? '; calm again' : ''
  return {
    words: `${titleOf(subject)}: ${moved}, since ${toIso(episode.since)}${ended}`,
    causes: causes.map((cause) => ({ kind: cause.kind, words: causeWords(cause) })),
    segments: readers,
    owner: ownerOf(subject, compiled),
    runbook: `docs/runbooks/drift.md#${subject.kind}`,
  }
}

const titleOf = ({ kind, name }: Subject): string => `${kind.replaceAll('_', ' ')} ${name}`

function movedOf(
  { kind }: Subject,
  unit: string,
  before: number | null,
  after: number | null,
): string {
  if (before === null || after === null) return 'is not measured any more'
  switch (unit) {
    case 'psi':
      return `values are spread differently (PSI ${rounded(after)})`
    case 'share':
      return `from ${percent(before)} to ${percent(after)}`
    case 'count':
      return `from ${rounded(before)} to ${rounded(after)}`
    case 'ms':
      return kind === 'lag'
        ? `records waited for ${hours(after)}, of at most ${hours(before)} before`
        : `silent for ${hours(after)}, of at most ${hours(before)} before`
    default:
      return after > 0 ? 'is so' : 'is not so any more'
  }
}

const rounded = (value: number): string => String(Number(value.toPrecision(3)))
const percent = (share: number): string => `${rounded(share * 100)} %`
const hours = (ms: number): string => `${rounded(ms / 3_600_000)} h`

function causeWords(cause: Cause): string {
  return cause.kind === 'upstream'
    ? `${titleOf(cause.subject)} (${cause.severity})`
    : `${cause.words} (${toIso(cause.at)})`
}

const segmentOf = ({ kind, name }: Subject): string | null =>
  kind === 'segment' || kind === 'rule' ? (name.split(' ')[0] ?? name) : null

function ownerOf(subject: Subject, { definition }: CompiledDefinition): string {
  const segment = definition.segments.find(({ name }) => name === segmentOf(subject))
  return segment?.owner ?? definition.drift.owners[subject.kind] ?? definition.drift.owner
}

/** Segments whose rules read the subject, directly or not; of a segment itself, it. */
export function readersOf(
  subject: Subject,
  { segments }: CompiledDefinition,
  upstream: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  const key = subjectKey(subject)
  const own = segmentOf(subject)
  return segments
    .map(({ name }) => name)
    .filter((name) => name === own || upstream.get(`segment:${name}`)?.has(key) === true)
    .toSorted()
}
