import { cpus } from 'node:os'
import { Command } from 'commander'
import { isRejection } from '#runtime/channel/core/fields.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createForwarder } from '#runtime/channel/core/forward.ts'
import { createRouter } from '#runtime/channel/core/route.ts'
import { createNormaliser, identifierTypes } from '#runtime/channel/shell/create-normaliser.ts'
import { decodeJson } from '#runtime/channel/shell/decode-text.ts'
import { forwardedNames, forwardedProperties } from '#runtime/definition/forwarded-properties.ts'
import type { CanonicalEvent } from '#runtime/event/event.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { wholeNumber } from '../../services/cli/commands/whole-number.ts'
import { channelVendors } from '../../services/cli/normalise/channel-vendors.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import { createWorld } from '../world/world.ts'
import { median } from './statistics.ts'

const program = new Command('bench:normalise')
  .description(
    'Normalising per core: parsed only, parsed records normalised, and bytes all the way to routed events',
  )
  .option('--events <n>', 'events of each source', wholeNumber, 100_000)
  .option('--rounds <n>', 'interleaved; medians are shown', wholeNumber, 7)
  .option('--json', 'one JSON object on stdout')
  .parse()
const options = program.opts<{ events: number; rounds: number; json?: true }>()

const now = Date.UTC(2026, 2, 1)

interface Load {
  readonly source: string
  readonly channel: Channel
  readonly bodies: readonly Uint8Array[]
  readonly events: number
}

/** What the simulated world sends through one vendor: real shapes, thousands of people, batches as they come. */
function loadOf(channel: Channel, source: string): Load {
  const bodies: Uint8Array[] = []
  let events = 0
  const world = createWorld({
    seed: 1,
    events: options.events * 20,
    people: 50_000,
    now,
    days: 30,
    encodeEnvelope: () => new Uint8Array(0),
  })
  for (const { headers, value, entries } of world) {
    if (headers['tributary-source'] !== source) continue
    if (entries.some(({ reason }) => reason === 'invalid_json')) continue
    bodies.push(value)
    events += entries.length
    if (events >= options.events) break
  }
  return { source, channel, bodies, events }
}

/**
 * parse: bytes to JSON, what any reader pays. normalise: parsed records to canonical events (normalise, validate, screen). whole: bytes to
 * routed events, all that a channel does before it encodes and sends.
 */
type Step = 'parse' | 'normalise' | 'whole'
const steps: readonly Step[] = ['parse', 'normalise', 'whole']

/** Goes once over a load and says how many events or records came out, so that the work is not optimised away. */
type Pass = () => number

function passesOf({ channel, source, bodies }: Load): Readonly<Record<Step, Pass>> {
  const compiled = shippedDefinition()
  const { definition } = compiled
  const settings = { ...plainSource(channel, source), region: 'DE' as const }
  const forwarded = forwardedProperties(definition)
  const normaliser = createNormaliser({
    vendors: channelVendors[channel],
    definition,
    propertiesRead: forwardedNames(forwarded),
  })
  const receivedAt = epochMs(now)
  const router = createRouter({
    pseudonymiser: createPseudonymiser(new Uint8Array(32)),
    types: identifierTypes(definition),
    partitions: 64,
    suppressed: () => undefined,
    forwarder: createForwarder(
      forwarded,
      new Map(compiled.traits.map(({ name, type }) => [name, type])),
    ),
  })
  const records = bodies.map((body): unknown => JSON.parse(Buffer.from(body).toString('utf8')))
  const normalise = (record: unknown, each: (event: CanonicalEvent) => boolean): number => {
    let done = 0
    for (const outcome of normaliser.normalise(record, settings, receivedAt))
      if (outcome.outcome === 'ok' && each(outcome.event)) done += 1
    return done
  }
  return {
    parse: () =>
      sum(bodies, (body) => (JSON.parse(Buffer.from(body).toString('utf8')) === null ? 0 : 1)),
    normalise: () => sum(records, (record) => normalise(record, () => true)),
    whole: () =>
      sum(bodies, (body) => {
        const decoded = decodeJson(body)
        return isRejection(decoded)
          ? 0
          : normalise(decoded.value, (event) => router.route(event) !== 'erased')
      }),
  }
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  let total = 0
  for (const item of items) total += of(item)
  return total
}

interface Figures {
  readonly source: string
  readonly events: number
  readonly bytes_per_event: number
  /** Events a second of one core. */
  readonly events_per_second: Readonly<Record<Step, number>>
  /** Time of a step over the time of JSON.parse, in the same round. */
  readonly ratio_to_parse: Readonly<Record<Step, number>>
}

function measure(load: Load): Figures {
  const passes = passesOf(load)
  const seconds = new Map<Step, number[]>(steps.map((step) => [step, []]))
  const run = (step: Step): number => {
    const started = performance.now()
    if (passes[step]() === 0) throw new Error(`${load.source}: nothing came out of ${step}`)
    return (performance.now() - started) / 1000
  }
  for (const step of steps) run(step)
  for (let round = 0; round < options.rounds; round++)
    for (const step of steps) seconds.get(step)?.push(run(step))
  const parse = seconds.get('parse') ?? []
  const each = (of: (took: readonly number[]) => number): Record<Step, number> => ({
    parse: of(parse),
    normalise: of(seconds.get('normalise') ?? []),
    whole: of(seconds.get('whole') ?? []),
  })
  return {
    source: load.source,
    events: load.events,
    bytes_per_event: Math.round(sum(load.bodies, ({ length }) => length) / load.events),
    events_per_second: each((took) => Math.round(load.events / median(took))),
    ratio_to_parse: each((took) =>
      Number(median(took.map((one, round) => one / (parse[round] ?? one))).toFixed(2)),
    ),
  }
}

const figures = [loadOf('web', 'segment'), loadOf('email', 'sendgrid')].map(measure)
if (options.json)
  process.stdout.write(
    `${JSON.stringify({ machine: cpus()[0]?.model ?? 'unknown', node: process.version, sources: figures })}\n`,
  )
else
  for (const { source, events, bytes_per_event, events_per_second, ratio_to_parse } of figures)
    process.stdout.write(
      `${source}: ${events_per_second.normalise} events/s normalised (${ratio_to_parse.normalise} times JSON.parse), ${events_per_second.whole} from bytes to routed events (${ratio_to_parse.whole}), ${events_per_second.parse} parsed only; ${events} events of ${bytes_per_event} bytes, medians of ${options.rounds} rounds\n`,
    )
