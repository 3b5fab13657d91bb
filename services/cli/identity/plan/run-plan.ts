import { topicName } from '#schemas/topics.ts'
import { createScreen } from '#runtime/channel/shell/create-normaliser.ts'
import { identityPolicy } from '#runtime/definition/identity-policy.ts'
import type { IdentityDefinition } from '#runtime/definition/schema.ts'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import type { KafkaClient } from '#runtime/kafka/ports.ts'
import type { ServingKey } from '#runtime/keys/index.ts'
import { birthProfileId } from '#runtime/pseudonym/pseudonym.ts'
import { planPolicy, type PolicyPlan } from '../../../identity/core/plan-policy.ts'
import type { Pseudonymise } from '../../profile/find-person.ts'
import { pseudonymiser } from '../../profile/pseudonymiser.ts'
import { readKafkaConfig } from '../../shell/configuration.ts'
import { openKafka } from '../../shell/connections.ts'
import { toJsonLine } from '../../shell/json.ts'
import { progressBar } from '../../shell/progress-bar.ts'
import { servingGeneration } from '../../shell/serving-generation.ts'
import { servingKeyOf } from '../../shell/serving-key.ts'
import type { ExitStatus, Terminal } from '../../shell/terminal.ts'
import { readIdentityPart } from '../read-policy.ts'
import { refuseSlowPatterns } from '../refuse-slow-patterns.ts'
import { comparePolicies, type PolicyComparison } from './compare-policies.ts'
import { type DecisionLog, type FoldedLog, foldLog } from './fold-log.ts'
import { type BlockedInThePast, planView, type PlanView } from './plan-view.ts'
import { printPlan } from './print-plan.ts'

export interface PlanArguments {
  /** A pipeline file, or only its identity part; null: the policy in force. */
  readonly policy: string | null
  /** Changes that people are shown. */
  readonly limit: number
  readonly json: boolean
}

/** `tributary identity plan`. Exit 0, also when much would change: a plan is no failure. */
export async function runPlan(terminal: Terminal, asked: PlanArguments): Promise<ExitStatus> {
  const next = asked.policy === null ? null : await readIdentityPart(asked.policy)
  const kafka = openKafka(terminal)
  try {
    const { view } = await makePlan(terminal, kafka, next, (inForce) => {
      if (asked.policy !== null && next !== null) refuseSlowPatterns(asked.policy, next, inForce)
    })
    terminal.stdout.write(asked.json ? toJsonLine(view) : printPlan(view, asked.limit))
    return 0
  } finally {
    await kafka.close()
  }
}

export interface MadePlan {
  readonly view: PlanView
  readonly plan: PolicyPlan
}

/**
 * Folds the log that serves and asks what the policy would make of it. `next`: null: the policy in force. `refuse` throws where the policy in force
 * leaves nothing to plan.
 */
export async function makePlan(
  terminal: Terminal,
  kafka: KafkaClient,
  next: IdentityDefinition | null,
  refuse: (inForce: IdentityDefinition) => void = () => {},
): Promise<MadePlan> {
  const config = readKafkaConfig(terminal)
  const admin = await kafka.admin()
  try {
    const { generation } = await servingGeneration(kafka, admin, config)
    const topics = {
      links: topicName(config.prefix, 'identity.links', generation),
      definitions: topicName(config.prefix, 'pipeline.definitions'),
    }
    const end = (await admin.offsets(topics.links)).get(0)?.high ?? 0
    const folded = await readLog(terminal, kafka, topics, end)
    refuse(folded.identity)
    const servingKey = async (): Promise<ServingKey> =>
      servingKeyOf(terminal, kafka, admin, { prefix: config.prefix, generation })
    return await planOf(terminal, servingKey, folded, next ?? folded.identity, end)
  } finally {
    await admin.close()
  }
}

async function readLog(
  terminal: Terminal,
  kafka: KafkaClient,
  topics: DecisionLog['topics'],
  end: number,
): Promise<FoldedLog> {
  using bar = progressBar(terminal, 'records')
  return await foldLog({ reader: kafka.reader(), topics }, (records) => bar.at(records, end))
}

async function planOf(
  terminal: Terminal,
  servingKey: () => Promise<ServingKey>,
  { state, version, identity, records }: FoldedLog,
  next: IdentityDefinition,
  end: number,
): Promise<MadePlan> {
  const comparison = comparePolicies(identity, next)
  const representatives = state.profiles()
  const blockedInThePast = await blockedBefore(servingKey, comparison, next, state)
  const profiles = representatives.length
  using bar = progressBar(terminal, 'profiles')
  let looked = 0
  const plan = planPolicy(state, representatives, {
    policy: identityPolicy(next),
    birthProfileId,
    at: epochMs(terminal.now().getTime()),
    looked() {
      looked += 1
      if (looked % 1000 === 0) bar.at(looked, profiles)
    },
  })
  const facts = { version, comparison, blockedInThePast, records, end, profiles }
  return { view: planView(plan, facts), plan }
}

/** Newly blocked values that the log knows as evidence. Without the installation key they can't be found, and the plan says so. */
async function blockedBefore(
  servingKey: () => Promise<ServingKey>,
  { newlyBlocked }: PolicyComparison,
  next: IdentityDefinition,
  state: FoldedLog['state'],
): Promise<readonly BlockedInThePast[]> {
  if (newlyBlocked.length === 0) return []
  // The screen of the file would say that they are blocked; the spelling is what is wanted.
  const spelling = { ...next, types: withoutBlocked(next.types) }
  const pseudonymise: Pseudonymise = pseudonymiser(
    servingKey,
    null,
    createScreen({ identity: spelling }),
  )
  const blocked: BlockedInThePast[] = []
  for (const { type, value } of newlyBlocked) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- made by the pseudonymiser
    const fragment = (await pseudonymise(type, value)).fragmentId as FragmentId
    const node = state.node(fragment)
    if (node === undefined || node.first < 0) continue
    const members = state.component(node.component)?.members.length ?? 1
    blocked.push({ fragment, profile: birthProfileId(node.component), others: members - 1 })
  }
  return blocked
}

const withoutBlocked = (types: IdentityDefinition['types']): IdentityDefinition['types'] =>
  Object.fromEntries(Object.entries(types).map(([name, one]) => [name, { ...one, blocked: [] }]))
