import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import type { CompiledSegment } from '#runtime/definition/compiled.ts'
import { nearest } from '#runtime/definition/did-you-mean.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { hideSealed } from '#runtime/keys/data-keys/index.ts'
import { topicName } from '#schemas/topics.ts'
import {
  explainSegment,
  type SegmentExplanation,
} from '../../profiles/core/segments/explain-segment.ts'
import { profileRow } from '../../profiles/core/rows/profile-row.ts'
import { readIdentityPart } from '../identity/read-policy.ts'
import { requireReason } from '../identity/require-reason.ts'
import { findPerson } from '../profile/find-person.ts'
import { parseWho } from '../profile/parse-who.ts'
import { pseudonymiser } from '../profile/pseudonymiser.ts'
import { subjectOf } from '../profile/subject-of.ts'
import { type AuditTrail, audited } from '../shell/audit.ts'
import { readKafkaConfig } from '../shell/configuration.ts'
import { openClickHouse, openKafka } from '../shell/connections.ts'
import { toJsonLine } from '../shell/json.ts'
import { servingKeyIfKnown } from '../shell/serving-key.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { compareRows } from '../verify/compare-rows.ts'
import { type Definitions, definitionsOf } from '../verify/definitions.ts'
import { readPeople } from '../verify/read-people.ts'
import { type Contents, foldStored, type StoredPerson, sumStored } from '../verify/recompute.ts'
import { describeExplanation } from './describe-explanation.ts'
import { readMemberships } from './read-memberships.ts'

export interface ExplainArguments {
  readonly who: string
  readonly segment: string
  readonly phoneRegion: string | null
  /** Whose spellings of addresses and blocked values hold; null: the defaults. */
  readonly pipelineFile: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

export interface LiveExplanation extends SegmentExplanation {
  readonly profile_id: string
  readonly rule_version: string
  /** Features of the rule whose stored values events do not tell any more: those of before their retention. */
  readonly differing: readonly string[]
}

/** `tributary explain`. Who looks is written down, or does not look. */
export const runExplain = async (
  terminal: Terminal,
  asked: ExplainArguments,
): Promise<ExitStatus> =>
  audited(
    terminal,
    { command: 'explain', details: { segment: asked.segment }, ...asked },
    async (trail) => explain(terminal, asked, trail),
  )

async function explain(
  terminal: Terminal,
  asked: ExplainArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const who = parseWho(asked.who)
  const { prefix } = readKafkaConfig(terminal)
  const identity =
    asked.pipelineFile === null
      ? identitySchema.parse({})
      : await readIdentityPart(asked.pipelineFile)
  const screen = createScreen({ identity })
  const key = async () => servingKeyIfKnown(terminal)
  const clickhouse = openClickHouse(terminal)
  const kafka = openKafka(terminal)
  try {
    const found = await findPerson(
      clickhouse,
      who,
      null,
      pseudonymiser(key, asked.phoneRegion, screen),
    )
    const names = found.identifiers.map(({ pseudonym, type }) => `${type}:${pseudonym}`)
    trail.about(await subjectOf(terminal, names))
    await trail.save()
    const definitions = definitionsOf(kafka.reader(), topicName(prefix, 'pipeline.definitions'))
    const now = terminal.now()
    const explanation = await explainLive(clickhouse, definitions, found.profile_id, asked, now)
    terminal.stdout.write(
      hideSealed(asked.json ? toJsonLine(explanation) : describeLive(explanation)),
    )
    return 0
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

/**
 * What the rules read is folded anew from the person's events, as `verify` does it: a window's edges and the age of what turns stale are in no row. What was
 * decided is read as it is stored.
 */
async function explainLive(
  clickhouse: ClickHouse,
  definitions: Definitions,
  profile: string,
  { reason, segment: name }: Pick<ExplainArguments, 'reason' | 'segment'>,
  now: Date,
): Promise<LiveExplanation> {
  const [person] = await readPeople(clickhouse, [profile], definitions.load)
  if (person === undefined)
    throw new TributaryError('TRB_NOT_FOUND', `there is no profile ${profile}`, {
      hint: 'It was just merged or expired: ask again.',
    })
  const reasonRequired = person.definition.definition.privacy.reason === 'required'
  requireReason({ reasonRequired }, reason)
  const segment = segmentOf(person, name)
  for (const version of new Set(person.events.map(({ definition }) => definition)))
    await definitions.load(version)
  const contents: Contents = new Map()
  for (const event of person.events) foldStored(contents, event, definitions.loaded)
  const { members, summed } = sumStored(contents, person.definition)
  const explanation = explainSegment(segment, {
    summed,
    definition: person.definition,
    memberships: await readMemberships(clickhouse, profile),
    at: epochMs(now.getTime()),
  })
  const recomputed = profileRow({
    profile: person.profile,
    version: '0',
    at: person.updatedAt,
    definition: person.definition,
    members,
    summed,
  })
  const read = person.definition.features.filter(({ name: each }) =>
    segment.readsFeatures.includes(each),
  )
  return {
    ...explanation,
    profile_id: profile,
    rule_version: String(person.definition.version),
    differing: compareRows(
      profile,
      read,
      person.row,
      new Map<string, unknown>(Object.entries(recomputed)),
    ).map(({ feature }) => feature),
  }
}

function segmentOf({ definition }: StoredPerson, name: string): CompiledSegment {
  const found = definition.segments.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = definition.segments.map((each) => each.name)
  const near = nearest(name, names)
  throw new TributaryError(
    'TRB_NOT_FOUND',
    `the pipeline file in force (version ${definition.version}) has no segment ${name}`,
    { hint: near === null ? `It has ${names.join(', ')}.` : `Did you mean ${near}?` },
  )
}

const describeLive = (explanation: LiveExplanation): string =>
  `${explanation.profile_id} at ${explanation.as_of}, by version ${explanation.rule_version} of the pipeline file\n${describeExplanation(explanation)}${
    explanation.differing.length === 0
      ? ''
      : `not what is stored, since events do not reach back so far: ${explanation.differing.join(', ')}\n`
  }`
