import { parseArgs } from 'node:util'
import { TributaryError } from '#runtime/errors/index.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'

export const normaliseHelp = `Usage: tributary normalise --channel CHANNEL [options] < BODY

Reads one raw record (a webhook body) from standard input and prints a line of JSON per event:
{"outcome":"ok",…}, {"outcome":"dead_letter",…} or {"outcome":"drop",…}. Needs neither Kafka nor a registry.

  --channel CHANNEL     email, web or crm
  --source NAME         a vendor (sendgrid, segment, hubspot, tributary) or a source of the pipeline file;
                        without it the record's own shape decides
  --headers FILE        the record's headers: a JSON object, or "name: value" lines;
                        tributary-source and tributary-received-at count
  --pipeline FILE       pipeline file: its sources, identifier types and blocked values
  --received-at TIME    when the record came (ISO 8601; default: now)
  --phone-region CC     country of phone numbers without a country code (ISO 3166), e.g. DE
  --offline             print offline events, the input of simulate and test; the rest goes to standard error
`

export interface NormaliseOptions {
  readonly channel: Channel
  readonly source: string | null
  readonly headersFile: string | null
  readonly pipelineFile: string | null
  readonly receivedAt: string | null
  readonly phoneRegion: string | null
  readonly offline: boolean
}

export const usage = (message: string, hint: string): TributaryError =>
  new TributaryError('TRB_CONFIG_INVALID', message, { hint })

export const isChannel = (name: string | undefined): name is Channel =>
  channels.some((channel) => channel === name)

/** @throws TributaryError (exit 2) for anything that the help does not name. */
export function readNormaliseOptions(args: readonly string[]): NormaliseOptions | 'help' {
  const text = { type: 'string' } as const
  const options = {
    channel: text,
    source: text,
    headers: text,
    pipeline: text,
    'received-at': text,
    'phone-region': text,
    offline: { type: 'boolean' },
    json: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  } as const
  const values = ((): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] => {
    try {
      return parseArgs({ args: [...args], options, strict: true }).values
    } catch (error) {
      throw usage(
        error instanceof Error ? error.message : String(error),
        'See: tributary normalise --help',
      )
    }
  })()
  if (values.help === true) return 'help'
  if (!isChannel(values.channel))
    throw usage(
      `--channel is ${values.channel ?? 'missing'}; it is one of ${channels.join(', ')}`,
      'See: tributary normalise --help',
    )
  return {
    channel: values.channel,
    source: values.source ?? null,
    headersFile: values.headers ?? null,
    pipelineFile: values.pipeline ?? null,
    receivedAt: values['received-at'] ?? null,
    phoneRegion: values['phone-region'] ?? null,
    offline: values.offline === true,
  }
}
