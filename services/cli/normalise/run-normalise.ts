import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { isFields, isRejection } from '#runtime/channel/core/fields.ts'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { isPhoneRegion } from '#runtime/channel/core/identifiers/phone.ts'
import { receivedAtHeader, sourceHeader } from '#runtime/channel/core/entry.ts'
import { type Outcome, type Rejection, reject } from '#runtime/channel/core/outcome.ts'
import {
  asVendor,
  type ConfiguredSource,
  channelSources,
  plainSource,
} from '#runtime/channel/core/settings.ts'
import type { SourceSettings, Vendor } from '#runtime/channel/core/source.ts'
import { readTime } from '#runtime/channel/core/time.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import {
  type Decoded,
  decodeCsv,
  decodeJson,
  decodeJsonOrText,
} from '#runtime/channel/shell/decode-text.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { identitySchema, type PipelineDefinition } from '#runtime/definition/schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'
import { definitionVersion, type EpochMs, epochMs } from '#runtime/event/ids.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import { channelVendors } from './channel-vendors.ts'
import { presentOffline, presentOutcome } from './present.ts'

export interface NormaliseOptions {
  readonly channel: Channel
  /** A vendor, or a source of the pipeline file; null: the header or the record's own shape decides. */
  readonly source: string | null
  readonly headersFile: string | null
  readonly pipelineFile: string | null
  readonly receivedAt: string | null
  readonly phoneRegion: string | null
  readonly offline: boolean
}

const usage = (message: string, hint: string): TributaryError =>
  new TributaryError('TRB_CONFIG_INVALID', message, { hint })

async function readText(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    throw usage(`the ${what} ${file} cannot be read: ${String(error)}`, 'Check the path.')
  }
}

async function readPipeline(file: string): Promise<PipelineDefinition> {
  return loadDefinition(await readText(file, 'pipeline file'), definitionVersion(0)).definition
}

/** Header names in lower case. */
function parseHeaders(text: string): ReadonlyMap<string, string> {
  if (!text.trimStart().startsWith('{'))
    return lowerCase(
      text
        .split(/\r?\n/)
        .map((line) => line.split(/:(.*)/s))
        .map(([name = '', value = '']): [string, string] => [name, value.trim()]),
    )
  const decoded = decodeJson(Buffer.from(text))
  if (isRejection(decoded) || !isFields(decoded.value))
    throw usage(
      'the headers are no JSON object',
      'Give {"name":"value"}, or lines of "name: value".',
    )
  return lowerCase(Object.entries(decoded.value).map(([name, value]) => [name, String(value)]))
}

const lowerCase = (entries: readonly (readonly [string, string])[]): ReadonlyMap<string, string> =>
  new Map(entries.map(([name, value]) => [name.trim().toLowerCase(), value]))

/** What the caller says has to be a time; what a header says counts only if it is one, as in a channel. */
function receivedAtOf(options: NormaliseOptions, header: string | undefined, now: number): EpochMs {
  const text = options.receivedAt ?? header
  if (text === undefined) return epochMs(now)
  const time = readTime(/^\d+$/.test(text) ? Number(text) : text)
  if (!isRejection(time)) return time
  if (options.receivedAt === null) return epochMs(now)
  throw usage(
    `${text} is no time`,
    'Give the time of receipt as ISO 8601, e.g. 2026-11-01T12:00:00Z',
  )
}

interface Chosen {
  readonly settings: SourceSettings
  readonly configured: ConfiguredSource | null
}

/** A name that nobody has is the caller's mistake in an option, and the record's own fault in its header. */
function chooseSource(
  options: NormaliseOptions,
  header: string | undefined,
  configured: readonly ConfiguredSource[],
): Chosen | null | Rejection {
  const named = options.source ?? header ?? null
  const vendors = channelVendors[options.channel]
  if (named === null) {
    const [only] = configured.length === 1 ? configured : []
    return only ? { settings: only.settings, configured: only } : null
  }
  const found = configured.find(
    ({ settings }) => settings.name === named || settings.vendor === named,
  )
  if (found) return { settings: found.settings, configured: found }
  if (vendors.some((vendor) => vendor.name === named))
    return { settings: plainSource(options.channel, named), configured: null }
  if (options.source === null)
    return reject('unknown_source', 'no source and no vendor is called as the header says')
  throw usage(
    `the ${options.channel} channel has no source ${named}`,
    `It knows ${vendors.map((vendor) => vendor.name).join(', ')} and the sources of the pipeline file.`,
  )
}

function decode(body: Uint8Array, chosen: Chosen | null, vendors: readonly Vendor[]): Decoded {
  if (body.length === 0) return reject('empty_record', 'the record has no bytes')
  if (chosen?.configured?.format === 'csv') return decodeCsv(body, chosen.configured.csv)
  const decoded = decodeJsonOrText(body)
  if (isRejection(decoded) || typeof decoded.value !== 'string') return decoded
  const named = chosen === null || chosen.settings.vendor === 'detect' ? null : chosen
  const isText =
    named === null
      ? detectVendor(decoded.value, vendors) !== undefined
      : vendors.some(({ name, detectsText }) => name === named.settings.vendor && detectsText)
  return isText ? decoded : decodeJson(body)
}

/** By what was chosen, else by the record's shape: a source of the file that reads such records, or the vendor by itself. */
function settingsOf(
  record: unknown,
  chosen: Chosen | null,
  configured: readonly ConfiguredSource[],
  channel: Channel,
): SourceSettings {
  if (chosen !== null && chosen.settings.vendor !== 'detect') return chosen.settings
  const vendor = detectVendor(record, channelVendors[channel])?.name ?? 'unknown'
  if (chosen?.configured) return asVendor(chosen.configured, vendor).settings
  return (
    configured.find(({ settings }) => settings.vendor === vendor)?.settings ??
    plainSource(channel, vendor)
  )
}

const deadRecord = ({ reject: reason, detail }: Rejection): Outcome => ({
  outcome: 'dead_letter',
  index: null,
  stage: 'decode',
  reason,
  detail,
})

function normaliseBody(
  body: Uint8Array,
  options: NormaliseOptions,
  definition: PipelineDefinition | null,
  headers: ReadonlyMap<string, string>,
  now: number,
): readonly Outcome[] {
  const vendors = channelVendors[options.channel]
  const configured = definition ? channelSources(definition, options.channel) : []
  const chosen = chooseSource(options, headers.get(sourceHeader), configured)
  if (isRejection(chosen)) return [deadRecord(chosen)]
  const receivedAt = receivedAtOf(options, headers.get(receivedAtHeader), now)
  const decoded = decode(body, chosen, vendors)
  if (isRejection(decoded)) return [deadRecord(decoded)]
  const settings = settingsOf(decoded.value, chosen, configured, options.channel)
  const region = options.phoneRegion
  if (region !== null && !isPhoneRegion(region))
    throw usage(`${region} is no country`, 'Give two letters of ISO 3166, e.g. DE.')
  const normaliser = createNormaliser({
    vendors,
    definition: definition ?? { identity: defaultIdentity },
  })
  return normaliser.normalise(
    decoded.value,
    region === null ? settings : { ...settings, region },
    receivedAt,
  )
}

/** Without a pipeline file every type of our own vocabulary counts. */
const defaultIdentity = identitySchema.parse({
  priority: ['crm_id', 'user_id', 'loyalty_card', 'email', 'phone', 'anonymous_id'],
})

/** `tributary normalise`. @throws TributaryError for wrong usage; dead letters are no error. */
export async function runNormalise(
  terminal: Terminal,
  options: NormaliseOptions,
): Promise<ExitStatus> {
  const definition = options.pipelineFile === null ? null : await readPipeline(options.pipelineFile)
  const headers = parseHeaders(
    options.headersFile === null ? '' : await readText(options.headersFile, 'headers file'),
  )
  const body = await buffer(terminal.stdin)
  const outcomes = normaliseBody(body, options, definition, headers, terminal.now().getTime())
  for (const outcome of outcomes) {
    if (options.offline && outcome.outcome === 'ok')
      terminal.stdout.write(`${presentOffline(outcome.event)}\n`)
    else (options.offline ? terminal.stderr : terminal.stdout).write(`${presentOutcome(outcome)}\n`)
  }
  return 0
}
