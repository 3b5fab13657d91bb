import { cpus } from 'node:os'
import { Command, InvalidArgumentError } from 'commander'
import { isRejection } from '#runtime/channel/core/fields.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { createForwarder } from '#runtime/channel/core/forward.ts'
import { createRouter } from '#runtime/channel/core/route.ts'
import { createNormaliser, identifierTypes } from '#runtime/channel/shell/create-normaliser.ts'
import { decodeJson } from '#runtime/channel/shell/decode-text.ts'
import { forwardedProperties } from '#runtime/definition/forwarded-properties.ts'
import { epochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { channelVendors } from '../../services/cli/normalise/channel-vendors.ts'
import { shippedDefinition } from '../support/clickhouse/definition.ts'
import { createWorld } from '../world/world.ts'

const whole = (text: string): number => {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number > 0) return number
  throw new InvalidArgumentError('a whole number above 0')
}
const program = new Command('bench:normalise')
  .description(
    'Normalising per core: the same bytes parsed only, normalised, and normalised and routed',
  )
  .option('--events <n>', 'events of each source', whole, 100_000)
  .option('--rounds <n>', 'interleaved; medians are shown', whole, 7)
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

type Step = 'parse' | 'normalise' | 'route'
const steps: readonly Step[] = ['parse', 'normalise', 'route']

/** Called with each body; the sum of what it returns keeps the work from being optimised away. */
function workOf(step: Step, { channel, source }: Load): (body: Uint8Array) => number {
  const compiled = shippedDefinition()
  const { definition } = compiled
  const settings = { ...plainSource(channel, source), region: 'DE' as const }
  const normaliser = createNormaliser({ vendors: channelVendors[channel], definition })
  const receivedAt = epochMs(now)
  const router = createRouter({
    pseudonymiser: createPseudonymiser(new Uint8Array(32)),
    types: identifierTypes(definition),
    partitions: 64,
    suppressed: () => undefined,
    forwarder: createForwarder(
      forwardedProperties(definition),
      new Map(compiled.traits.map(({ name, type }) => [name, type])),
    ),
  })
  return (body) => {
    if (step === 'parse') return JSON.parse(Buffer.from(body).toString('utf8')) === null ? 0 : 1
    const decoded = decodeJson(body)
    if (isRejection(decoded)) return 0
    let done = 0
    for (const outcome of normaliser.normalise(decoded.value, settings, receivedAt)) {
      if (outcome.outcome !== 'ok') continue
      if (step === 'normalise' || router.route(outcome.event) !== 'erased') done += 1
    }
    return done
  }
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

interface Figures {
  readonly source: string
  readonly events: number
  readonly bytes_per_event: number
  /** Events a second of one core. */
  readonly parse: number
  readonly normalise: number
  readonly route: number
  /** Time of a step over the time of JSON.parse alone. */
  readonly normalise_to_parse: number
  readonly route_to_parse: number
}

function measure(load: Load): Figures {
  const works = new Map(steps.map((step) => [step, workOf(step, load)]))
  const seconds = new Map<Step, number[]>(steps.map((step) => [step, []]))
  const run = (step: Step): number => {
    const work = works.get(step)
    const started = performance.now()
    let sum = 0
    if (work) for (const body of load.bodies) sum += work(body)
    if (sum === 0) throw new Error(`${load.source}: nothing came out of ${step}`)
    return (performance.now() - started) / 1000
  }
  for (const step of steps) run(step)
  for (let round = 0; round < options.rounds; round++)
    for (const step of steps) seconds.get(step)?.push(run(step))
  const of = (step: Step): number => load.events / median(seconds.get(step) ?? [])
  const ratio = (step: Step): number =>
    median(
      (seconds.get(step) ?? []).map(
        (took, round) => took / (seconds.get('parse')?.[round] ?? took),
      ),
    )
  const bytes = load.bodies.reduce((sum, { length }) => sum + length, 0)
  return {
    source: load.source,
    events: load.events,
    bytes_per_event: Math.round(bytes / load.events),
    parse: Math.round(of('parse')),
    normalise: Math.round(of('normalise')),
    route: Math.round(of('route')),
    normalise_to_parse: Number(ratio('normalise').toFixed(2)),
    route_to_parse: Number(ratio('route').toFixed(2)),
  }
}

const figures = [loadOf('web', 'segment'), loadOf('email', 'sendgrid')].map(measure)
if (options.json)
  process.stdout.write(
    `${JSON.stringify({ machine: cpus()[0]?.model ?? 'unknown', node: process.version, sources: figures })}\n`,
  )
else
  for (const one of figures)
    process.stdout.write(
      `${one.source}: ${one.normalise} events/s normalised (${one.normalise_to_parse} times JSON.parse), ${one.route} also routed (${one.route_to_parse}), ${one.parse} parsed only; ${one.events} events of ${one.bytes_per_event} bytes, medians of ${options.rounds} rounds\n`,
    )
