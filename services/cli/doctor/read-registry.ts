import { z } from 'zod'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { readRegistryConfig } from '../shell/configuration.ts'
import type { Terminal } from '../shell/terminal.ts'
import type { ClockFact, RegistryFacts } from './facts.ts'
import type { Fact } from './finding.ts'
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
export const readRegistry = async (
  terminal: Terminal,
  timeoutMs: number,
): Promise<Fact<RegistryFacts>> =>
  readFact('the schema registry', timeoutMs, async () => {
    const { registryPassword, registryUrl, registryUsername } = readRegistryConfig(terminal)
    const credentials =
      registryUsername === null || registryPassword === null
        ? null
        : Buffer.from(`${registryUsername}:${registryPassword}`).toString('base64')
    const get = async (path: string): Promise<Answer> =>
      request(`${registryUrl}${path}`, credentials, timeoutMs, terminal)
    const { body, clock, status } = await get('/subjects')
    const subjects = subjectsSchema.safeParse(body)
    if (status !== 200 || !subjects.success) throw refusal(registryUrl, status)
    const types = typesSchema.safeParse((await get('/schemas/types')).body)
    if (types.success && !types.data.includes('AVRO'))
      throw new TributaryError(
        'TRB_SCHEMA_INVALID',
        `the schema registry at ${registryUrl} knows no Avro, only ${types.data.join(', ')}`,
        { hint: 'Use a registry with Confluent’s API that holds Avro schemas.' },
      )
    const config = configSchema.safeParse((await get('/config')).body)
    return {
      subjects: subjects.data.length,
      compatibility: config.success ? config.data.compatibilityLevel : null,
      clock,
    }
  })

const refusal = (url: string, status: number): TributaryError =>
  status === 401 || status === 403
    ? new TributaryError(
        'TRB_CONFIG_INVALID',
        `the schema registry at ${url} refuses the account (status ${status})`,
        { hint: 'Check REGISTRY_USERNAME and REGISTRY_PASSWORD.' },
      )
    : new TributaryError(
        'TRB_REGISTRY_UNAVAILABLE',
        `${url}/subjects gives no list of subjects (status ${status}): that is not Confluent’s API`,
        { hint: 'Check REGISTRY_URL; Apicurio has that API under /apis/ccompat/v7.' },
      )

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
      body: parsed(text),
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

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
