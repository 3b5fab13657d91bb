import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import { asError, TributaryError } from '../errors/index.ts'
import { parseJson } from '../log/parse-json.ts'

export interface RegistrySettings {
  readonly url: string
  readonly credentials?: { readonly username: string; readonly password: string } | null
  readonly timeoutMs?: number
}

/** A schema as the registry holds it, with the texts of everything that it refers to, each before its users. */
export interface RegisteredSchema {
  readonly type: 'AVRO' | 'PROTOBUF' | 'JSON'
  readonly text: string
  readonly references: readonly string[]
}

/** The six calls of Confluent's API that Tributary makes. Each throws TRB_REGISTRY_UNAVAILABLE when nobody answers. */
export interface RegistryClient {
  /** undefined: the registry itself says that it knows no such id. */
  schemaById(id: number): Promise<RegisteredSchema | undefined>
  /** Under which subjects, and as which of their versions, a schema is registered; empty: the registry knows no such id. */
  versionsOf(id: number): Promise<readonly { readonly subject: string; readonly version: number }[]>
  /**
   * The id of the schema under the subject, which is registered if it is new.
   * @throws TributaryError TRB_SCHEMA_INCOMPATIBLE or TRB_SCHEMA_INVALID.
   */
  register(subject: string, text: string): Promise<number>
  setCompatibility(subject: string, level: 'BACKWARD'): Promise<void>
  ping(): Promise<void>
}

const reference = z.object({ name: z.string(), subject: z.string(), version: z.number() })
const schemaAnswer = z.object({
  schema: z.string(),
  schemaType: z.enum(['AVRO', 'PROTOBUF', 'JSON']).nullish(),
  references: z.array(reference).nullish(),
})
const idAnswer = z.object({ id: z.number() })
const versionsAnswer = z.array(z.object({ subject: z.string(), version: z.number() }))
const subjectsAnswer = z.array(z.string())
/** A registry's own "there is none": 40401, 40402 or 40403. A proxy that found no registry behind it says 404 too. */
const denialAnswer = z.object({ error_code: z.number().min(40_400).max(40_499) })

const timeoutDefaultMs = 10_000
const attempts = 3
const firstPauseMs = 50
const contentType = 'application/vnd.schemaregistry.v1+json'

interface Answer {
  readonly status: number
  readonly body: string
}

/** What is neither the answer hoped for nor one that has a meaning of its own. */
const unexpected = (what: string, { status, body }: Answer): TributaryError =>
  new TributaryError(
    'TRB_REGISTRY_UNAVAILABLE',
    `${what}: status ${status}: ${body.slice(0, 200)}`,
    { context: { why: whyNot(status, body) } },
  )

/** Status and kind of an answer, without its words: a proxy's page may name whoever signed in. */
function whyNot(status: number, body: string): string {
  const kind = /^\s*</.test(body) ? ', with a page of HTML' : ''
  return status === 200
    ? `it answers with ${kind === '' ? 'something else than a schema' : 'a page of HTML'}`
    : `it answers with status ${status}${kind}`
}

/** What became of a request that got no answer. */
function whySilent(error: Error, timeoutMs: number): string {
  if (error instanceof FailedAnswer) return whyNot(error.status, error.body)
  if (error.name === 'TimeoutError') return `it does not answer within ${timeoutMs / 1000} s`
  const { cause } = error
  const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
  return `it can't be reached${code}`
}

/** An answer that says that another try may help. */
class FailedAnswer extends Error {
  readonly status: number
  readonly body: string

  constructor({ status, body }: Answer) {
    super(`status ${status}: ${body.slice(0, 200)}`)
    this.status = status
    this.body = body
  }
}

/** What an answer says. Some that stand between send a page of theirs, or half of what they got, with the status 200. */
function read<T>(what: string, answer: Answer, schema: z.ZodType<T>): T {
  const said = answer.status === 200 ? schema.safeParse(parseJson(answer.body)) : undefined
  if (said?.success !== true) throw unexpected(what, answer)
  return said.data
}

const isDenial = ({ status, body }: Answer): boolean =>
  status === 404 && denialAnswer.safeParse(parseJson(body)).success

export function createRegistryClient(settings: RegistrySettings): RegistryClient {
  const { credentials, timeoutMs = timeoutDefaultMs } = settings
  const headers: Record<string, string> = { accept: contentType, 'content-type': contentType }
  if (credentials !== undefined && credentials !== null) {
    const { username, password } = credentials
    headers['authorization'] = `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`
  }

  const once = async (method: string, path: string, body?: object): Promise<Answer> => {
    const response = await fetch(`${settings.url}${path}`, {
      method,
      headers,
      signal: AbortSignal.timeout(timeoutMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer = { status: response.status, body: await response.text() }
    if (answer.status >= 500) throw new FailedAnswer(answer)
    return answer
  }

  const call = async (method: string, path: string, body?: object): Promise<Answer> => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once(method, path, body)
      } catch (error) {
        if (attempt === attempts) {
          const cause = asError(error)
          const why = cause.cause instanceof Error ? cause.cause.message : cause.message
          throw new TributaryError(
            'TRB_REGISTRY_UNAVAILABLE',
            `${method} ${settings.url}${path}: ${why}`,
            { cause, context: { why: whySilent(cause, timeoutMs) } },
          )
        }
        await sleep(firstPauseMs * 2 ** attempt)
      }
    }
  }

  const withReferences = async (
    what: string,
    answer: Answer,
    seen: Set<string>,
  ): Promise<RegisteredSchema> => {
    const { schema, schemaType, references } = read(what, answer, schemaAnswer)
    const texts: string[] = []
    for (const { subject, version } of references ?? []) {
      if (seen.has(`${subject} ${version}`)) continue
      seen.add(`${subject} ${version}`)
      const found = await call(
        'GET',
        `/subjects/${encodeURIComponent(subject)}/versions/${version}`,
      )
      const referred = await withReferences(`schema ${subject} version ${version}`, found, seen)
      texts.push(...referred.references, referred.text)
    }
    return { type: schemaType ?? 'AVRO', text: schema, references: texts }
  }

  return {
    async schemaById(id) {
      const answer = await call('GET', `/schemas/ids/${id}`)
      return isDenial(answer) ? undefined : await withReferences(`schema ${id}`, answer, new Set())
    },
    async versionsOf(id) {
      const answer = await call('GET', `/schemas/ids/${id}/versions`)
      return isDenial(answer) ? [] : read(`versions of schema ${id}`, answer, versionsAnswer)
    },
    async register(subject, text) {
      const path = `/subjects/${encodeURIComponent(subject)}/versions`
      const answer = await call('POST', path, { schema: text })
      const context = { subject }
      if (answer.status === 409) {
        const message = `subject ${subject}: ${answer.body.slice(0, 500)}`
        throw new TributaryError('TRB_SCHEMA_INCOMPATIBLE', message, { context })
      }
      if (answer.status === 422) {
        const message = `subject ${subject}: ${answer.body.slice(0, 500)}`
        throw new TributaryError('TRB_SCHEMA_INVALID', message, { context })
      }
      return read(`registering ${subject}`, answer, idAnswer).id
    },
    async setCompatibility(subject, level) {
      const put = async (): Promise<Answer> =>
        call('PUT', `/config/${encodeURIComponent(subject)}`, { compatibility: level })
      const first = await put()
      // Services that start at once all set it. Apicurio makes the rule or changes it, and says 409 to the one that came second to make it.
      const answer = first.status === 409 ? await put() : first
      if (answer.status !== 200) throw unexpected(`compatibility of ${subject}`, answer)
    },
    async ping() {
      const answer = await call('GET', '/subjects')
      read('listing subjects', answer, subjectsAnswer)
    },
  }
}
