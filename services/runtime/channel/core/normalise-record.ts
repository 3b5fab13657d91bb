import type { EpochMs } from '../../event/ids.ts'
import { createCopier, isFields, isRejection } from './fields.ts'
import type { ChannelLimits } from './limits.ts'
import type { BotCheck } from './machine.ts'
import { namesAPerson } from './names-a-person.ts'
import type { EventDraft, Outcome, Rejection, Tally } from './outcome.ts'
import type { SensitiveCheck } from './sensitive.ts'
import type { DraftContext, SourceSettings, Vendor } from './source.ts'
import type { Validator } from './validate.ts'

export interface RecordNormaliser {
  /** All events of one decoded record; each stands or falls alone. */
  normalise(
    record: unknown,
    source: SourceSettings,
    receivedAt: EpochMs,
    schemaId?: number | null,
  ): readonly Outcome[]
}

const dead = (
  index: number | null,
  stage: 'normalise' | 'validate',
  rejection: Rejection,
): Outcome => ({
  outcome: 'dead_letter',
  index,
  stage,
  reason: rejection.reject,
  detail: rejection.detail,
})

const noEvents: Outcome = {
  outcome: 'drop',
  index: null,
  reason: 'no_events',
  detail: 'the record holds no event',
}

/** What the source made up goes on in clear, into metrics too: never a type, or a machine's reason, with somebody's address in it. */
function withTameWords(draft: EventDraft): EventDraft {
  const custom = draft.type.startsWith('custom:') ? draft.type.slice('custom:'.length) : null
  const word = custom === null ? null : tame(custom)
  const machine = draft.machine === null ? null : tame(draft.machine)
  if (word === custom && machine === draft.machine) return draft
  return {
    ...draft,
    machine,
    ...(word === null || word === custom
      ? {}
      : { type: `custom:${word}` as const, unknownType: word }),
  }
}

const tame = (word: string): string => (namesAPerson(word) ? 'personal' : word.toWellFormed())

export function createRecordNormaliser(deps: {
  readonly vendors: readonly Vendor[]
  readonly validator: Validator
  readonly limits: ChannelLimits
  readonly botCheck: BotCheck
  readonly isSensitive: SensitiveCheck
  readonly identifierTypes: ReadonlySet<string>
  readonly propertiesRead: ReadonlySet<string> | null
  readonly tally: Tally
}): RecordNormaliser {
  const { limits, validator, tally } = deps
  const vendors = new Map(deps.vendors.map((vendor) => [vendor.name, vendor]))

  let readFrom = ''
  const copier = createCopier(limits, (name) => {
    if (!deps.isSensitive(name)) return false
    tally.sensitiveField(readFrom, name)
    return true
  })

  const normaliseItem = (
    item: unknown,
    index: number,
    vendor: Vendor,
    context: DraftContext,
  ): Outcome => {
    if (!isFields(item))
      return dead(index, 'normalise', { reject: 'unexpected_shape', detail: 'no object' })
    const drafted = vendor.draft(item, context)
    if (isRejection(drafted)) return dead(index, 'normalise', drafted)
    if ('drop' in drafted)
      return { outcome: 'drop', index, reason: drafted.drop, detail: drafted.detail }
    const draft = withTameWords(drafted)
    if (draft.unknownType !== null) tally.unknownType(context.source.name, draft.unknownType)
    const event = validator.validate(draft, context)
    return isRejection(event) ? dead(index, 'validate', event) : { outcome: 'ok', index, event }
  }

  return {
    normalise(record, source, receivedAt, schemaId = null) {
      readFrom = source.name
      const vendor = vendors.get(source.vendor)
      if (!vendor)
        return [
          dead(null, 'normalise', {
            reject: 'unknown_source',
            detail: `no normaliser called ${source.vendor} in this channel`,
          }),
        ]
      const items = vendor.split(record, source)
      if (isRejection(items)) return [dead(null, 'normalise', items)]
      if (items.length > limits.eventsPerRecordMax)
        return [
          dead(null, 'normalise', {
            reject: 'too_many_events',
            detail: `${items.length}, at most ${limits.eventsPerRecordMax}`,
          }),
        ]
      if (items.length === 0) return [noEvents]
      const context: DraftContext = {
        source,
        receivedAt,
        schemaId,
        limits,
        botCheck: deps.botCheck,
        identifierTypes: deps.identifierTypes,
        propertiesRead: deps.propertiesRead,
        copier: () => copier.next(),
      }
      return items.map((item, index) => normaliseItem(item, index, vendor, context))
    },
  }
}
