import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { definitionInForce } from '#runtime/definition/deploy/in-force.ts'
import { identitySchema } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import { hideSealed } from '#runtime/keys/data-keys/index.ts'
import { topicName } from '#schemas/topics.ts'
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
import { askServingGeneration } from '../shell/serving-generation.ts'
import { servingKeyIfKnown } from '../shell/serving-key.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { timeArgument } from '../shell/time-argument.ts'
import { type Definitions, definitionsOf } from '../verify/definitions.ts'
import { readPeople } from '../verify/read-people.ts'
import { describeExplained } from './describe-explanation.ts'
import { explainPerson, type PersonExplanation, segmentOf } from './explain-person.ts'
import { explainThen, requirePast } from './explain-then.ts'
import { readMemberships } from './read-memberships.ts'

export interface ExplainArguments {
  readonly who: string
  readonly segment: string
  /** null: now. */
  readonly asOf: string | null
  readonly phoneRegion: string | null
  /** Whose spellings of addresses and blocked values hold; null: the defaults. */
  readonly pipelineFile: string | null
  readonly reason: string
  /** null: the account of this process. */
  readonly by: string | null
  readonly json: boolean
}

interface Open {
  readonly clickhouse: ClickHouse
  readonly kafka: KafkaClient
  readonly definitions: Definitions
}

/** `tributary explain`. Who looks is written down, or does not look. */
export const runExplain = async (
  terminal: Terminal,
  asked: ExplainArguments,
): Promise<ExitStatus> =>
  audited(terminal, { command: 'explain', details: detailsOf(asked), ...asked }, async (trail) =>
    explain(terminal, asked, trail),
  )

const detailsOf = ({ asOf, segment }: ExplainArguments) => ({
  segment,
  ...(asOf === null ? {} : { as_of: asOf }),
})

async function explain(
  terminal: Terminal,
  asked: ExplainArguments,
  trail: AuditTrail,
): Promise<ExitStatus> {
  const who = parseWho(asked.who)
  const now = terminal.now()
  const at = asked.asOf === null ? null : timeArgument(asked.asOf, '--as-of', now)
  if (at !== null) requirePast(at, now)
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
      at,
      pseudonymiser(key, asked.phoneRegion, screen),
    )
    const names = found.identifiers.map(({ pseudonym, type }) => `${type}:${pseudonym}`)
    trail.about(await subjectOf(terminal, names))
    await trail.save()
    const definitions = definitionsOf(kafka.reader(), topicName(prefix, 'pipeline.definitions'))
    const open = { clickhouse, kafka, definitions }
    const explanation =
      at === null
        ? await explainNow(open, found.profile_id, asked, now)
        : await explainPast(terminal, open, found.profile_id, asked, at)
    terminal.stdout.write(
      hideSealed(asked.json ? toJsonLine(explanation) : describeExplained(explanation)),
    )
    return 0
  } finally {
    await kafka.close()
    await clickhouse.close()
  }
}

async function explainNow(
  { clickhouse, definitions }: Open,
  profile: string,
  { reason, segment }: ExplainArguments,
  now: Date,
): Promise<PersonExplanation> {
  const [person] = await readPeople(clickhouse, [profile], definitions.load)
  if (person === undefined)
    throw new TributaryError('TRB_NOT_FOUND', `there is no profile ${profile}`, {
      hint: 'It was just merged or expired: ask again.',
    })
  const reasonRequired = person.definition.definition.privacy.reason === 'required'
  requireReason({ reasonRequired }, reason)
  return explainPerson(
    person,
    segmentOf(person, segment, null),
    await readMemberships(clickhouse, profile),
    epochMs(now.getTime()),
    definitions,
  )
}

/** The file in force says whether a reason is asked for and what is kept for how long; that of then, what the rule was. */
async function explainPast(
  terminal: Terminal,
  { clickhouse, definitions, kafka }: Open,
  profile: string,
  { reason, segment }: ExplainArguments,
  at: Date,
): Promise<PersonExplanation> {
  const config = readKafkaConfig(terminal)
  const { generation } = await askServingGeneration(kafka, config)
  const topic = topicName(config.prefix, 'pipeline.definitions')
  const inForce = await definitionInForce(kafka.reader(), topic, generation)
  const { privacy, retention } = inForce.definition
  requireReason({ reasonRequired: privacy.reason === 'required' }, reason)
  return explainThen(clickhouse, definitions, {
    profile,
    segment,
    at,
    now: terminal.now(),
    retention,
  })
}
