import { hash } from 'node:crypto'
import { domainToASCII } from 'node:url'
import { createIdentifierScreen, type IdentifierScreen } from '../core/identifiers/screen.ts'
import { type ChannelLimits, defaultLimits } from '../core/limits.ts'
import { createBotCheck } from '../core/machine.ts'
import { createRecordNormaliser, type RecordNormaliser } from '../core/normalise-record.ts'
import { silentTally, type Tally } from '../core/outcome.ts'
import { createSensitiveCheck } from '../core/sensitive.ts'
import type { Vendor } from '../core/source.ts'
import { createValidator } from '../core/validate.ts'
import { emailPolicy } from '../../definition/email-policy.ts'
import type { PipelineDefinition } from '../../definition/schema.ts'

export type NormaliserDefinition = Pick<PipelineDefinition, 'identity'> &
  Partial<Pick<PipelineDefinition, 'sensitive'>>

/** Best first, then those that the file only describes. */
export const identifierTypes = ({ identity }: NormaliserDefinition): readonly string[] => [
  ...new Set([...identity.priority, ...Object.keys(identity.types)]),
]

/** The screen of a definition's identity part, as every channel and every look-up uses it. */
export function createScreen(
  { identity }: NormaliserDefinition,
  limits: ChannelLimits = defaultLimits,
): IdentifierScreen {
  const blocked = Object.fromEntries(
    Object.entries(identity.types).map(([type, policy]) => [type, policy.blocked]),
  )
  return createIdentifierScreen({
    blocked,
    email: emailPolicy(identity),
    limits,
    domainToAscii: domainToASCII,
  })
}

/** The pure normaliser with the few things of Node that it needs: a hash and the domain table. */
export function createNormaliser(deps: {
  readonly vendors: readonly Vendor[]
  readonly definition: NormaliserDefinition
  readonly limits?: ChannelLimits
  readonly tally?: Tally
  /** Absent: all properties are kept, for whoever looks at them. */
  readonly propertiesRead?: ReadonlySet<string>
}): RecordNormaliser {
  const limits = deps.limits ?? defaultLimits
  const tally = deps.tally ?? silentTally
  const isSensitive = createSensitiveCheck(deps.definition.sensitive)
  return createRecordNormaliser({
    vendors: deps.vendors,
    limits,
    tally,
    isSensitive,
    botCheck: createBotCheck(),
    identifierTypes: new Set(identifierTypes(deps.definition)),
    propertiesRead: deps.propertiesRead ?? null,
    validator: createValidator({
      screen: createScreen(deps.definition, limits),
      isSensitive,
      tally,
      hash: (text) => hash('sha256', text, 'base64url'),
    }),
  })
}
