import { z } from 'zod'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { parseJson } from '#runtime/log/parse-json.ts'
import { readRegistryConfig } from '../shell/configuration.ts'
import type { Terminal } from '../shell/terminal.ts'
import type { ClockFact, RegistryFacts } from './facts.ts'
import { type Fact, known, type Unread } from './finding.ts'
import { readFact } from './read-fact.ts'

const subjectsSchema = z.array(z.string())
const typesSchema = z.array(z.string())
const configSchema = z.object({ compatibilityLevel: z.string() })
/** The header Date has whole seconds. */
const dateResolutionMs = 1000

interface Answer {
  readonly status: number
  readonly body: unknown
  readonly clock: ClockFact | null
}

/** Asks the registry what the services will ask it, and registers nothing. */
export async function readRegistry(
  terminal: Terminal,
  timeoutMs: number,
): Promise<Fact<RegistryFacts>> {
  const answer = await readFact('the schema registry', timeoutMs, async () =>
    ask(terminal, timeoutMs),
  )
  return answer.read ? answer.value : answer
}

async function ask(terminal: Terminal, timeoutMs: number): Promise<Fact<RegistryFacts>> {
  const { registryPassword, registryUrl, registryUsername } = readRegistryConfig(terminal)
  const credentials =
    registryUsername === null || registryPassword === null
      ? null
      : Buffer.from(`${registryUsername}:${registryPassword}`).toString('base64')
  const get = async (path: string): Promise<Answer> =>
    request(`${registryUrl}${path}`, credentials, timeoutMs, terminal)
  const { body, clock, status } = await get('/subjects')
  const subjects = subjectsSchema.safeParse(body)
  if (status === 401 || status === 403)
    return refused(
      `the schema registry at ${registryUrl} refuses the account (status ${status})`,
      'Check REGISTRY_USERNAME and REGISTRY_PASSWORD.',
    )
  if (status !== 200 || !subjects.success)
    return refused(
      `${registryUrl}/subjects gives no list of subjects (status ${status}): that is not Confluent’s API`,
      'Check REGISTRY_URL; Apicurio has that API under /apis/ccompat/v7.',
    )
  const types = typesSchema.safeParse((await get('/schemas/types')).body)
  if (types.success && !types.data.includes('AVRO'))
    return refused(
      `the schema registry at ${registryUrl} knows no Avro, only ${types.data.join(', ')}`,
      'Use a registry with Confluent’s API that holds Avro schemas.',
    )
  const config = configSchema.safeParse((await get('/config')).body)
  return known({
    subjects: subjects.data.length,
    compatibility: config.success ? config.data.compatibilityLevel : null,
    clock,
  })
}

const refused = (why: string, fix: string): Unread => ({ read: false, kind: 'refused', why, fix })

async function request(
  url: string,
  credentials: string | null,
  timeoutMs: number,
  { now }: Terminal,
): Promise<Answer> {
  const beforeMs = now().getTime()
  try {
    const response = await fetch(url, {
      headers: {
        accept: 'application/vnd.schemaregistry.v1+json, application/json',
        ...(credentials === null ? {} : { authorization: `Basic ${credentials}` }),
      },
      signal: AbortSignal.timeout(timeoutMs),
    })
    const text = await response.text()
    const theirsMs = Date.parse(response.headers.get('date') ?? '')
    const clock = {
      whose: 'the schema registry',
      theirsMs,
      beforeMs,
      afterMs: now().getTime(),
      resolutionMs: dateResolutionMs,
    }
    return {
      status: response.status,
      body: parseJson(text),
      clock: Number.isNaN(theirsMs) ? null : clock,
    }
  } catch (error) {
    const cause = asError(error)
    const why = cause.cause instanceof Error ? cause.cause.message : cause.message
    throw new TributaryError(
      'TRB_REGISTRY_UNAVAILABLE',
      `the schema registry does not answer at ${url}: ${why}`,
      { cause, hint: 'Start the registry, or correct REGISTRY_URL.' },
    )
  }
}
