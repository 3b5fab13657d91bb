/** What one environment variable means. `parse` throws an Error whose message says what is wrong with the value. */
export interface Variable<T> {
  readonly env: string
  readonly description: string
  /** Text used when the variable is not set; a function may look at the others. undefined: it must be set. */
  readonly fallback: string | ((env: Environment) => string) | undefined
  /** How the table shows the fallback. */
  readonly fallbackShown: string
  /** Its value is never printed. */
  readonly secret: boolean
  parse(text: string): T
}

export type Environment = Readonly<Record<string, string | undefined>>

interface Options {
  readonly fallback?: string | ((env: Environment) => string)
  readonly fallbackShown?: string
  readonly secret?: boolean
}

const variable = <T>(
  env: string,
  description: string,
  options: Options,
  parse: (text: string) => T,
): Variable<T> => ({
  env,
  description,
  fallback: options.fallback,
  fallbackShown:
    options.fallbackShown ?? (typeof options.fallback === 'string' ? options.fallback : ''),
  secret: options.secret ?? false,
  parse,
})

export const text = (env: string, description: string, options: Options = {}): Variable<string> =>
  variable(env, description, options, (value) => value)

/** null when it is not set or empty. */
export const optionalText = (
  env: string,
  description: string,
  options: Pick<Options, 'secret'> = {},
): Variable<string | null> =>
  variable(env, description, { ...options, fallback: '' }, (value) => (value === '' ? null : value))

export const integer = (
  env: string,
  description: string,
  options: Options & { readonly min: number; readonly max: number },
): Variable<number> =>
  variable(env, description, options, (value) => {
    const { max, min } = options
    const number = Number(value)
    if (!/^-?\d+$/.test(value))
      throw new Error(`is no whole number${unitOf(env)} from ${min} to ${max}`)
    if (number < min || number > max) throw new Error(`is not between ${min} and ${max}`)
    return number
  })

/** A number with a unit behind it is the usual slip. */
const unitOf = (env: string): string =>
  env.endsWith('_MS') ? ' of milliseconds' : env.endsWith('_BYTES') ? ' of bytes' : ''

/** null when it is not set or empty. */
export const optionalInteger = (
  env: string,
  description: string,
  range: { readonly min: number; readonly max: number },
): Variable<number | null> => {
  const whole = integer(env, description, range)
  return variable(env, description, { fallback: '' }, (value) =>
    value === '' ? null : whole.parse(value),
  )
}

/** host:port of each, comma-separated, at least one. */
export const hostPorts = (
  env: string,
  description: string,
  options: Options = {},
): Variable<readonly string[]> =>
  variable(env, description, options, (value) => {
    if (value.includes('@'))
      throw new Error('has an account in it, which belongs into KAFKA_USERNAME and KAFKA_PASSWORD')
    const items = value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== '')
    if (items.length === 0) throw new Error('is empty')
    for (const item of items) {
      if (item.includes('://'))
        throw new Error(`has ${item}: a broker is host:port, without a scheme`)
      if (item.startsWith('[') || /:[^:]*:[^:]*:/.test(item))
        throw new Error(`has ${item}: the Kafka client takes no IPv6 address, give a name for it`)
      if (!isHostPort(item))
        throw new Error(`has ${item}, which is no host:port with a port from 1 to 65535`)
    }
    return Object.freeze(items)
  })

function isHostPort(item: string): boolean {
  const [, port] = /^[A-Za-z0-9._-]+:(\d{1,5})$/.exec(item) ?? []
  return port !== undefined && Number(port) >= 1 && Number(port) <= 65_535
}

export const url = (env: string, description: string, options: Options = {}): Variable<string> =>
  variable(env, description, options, (value) => {
    if (!URL.canParse(value) || !/^https?:/.test(value)) throw new Error('is no http(s) URL')
    return value.replace(/\/+$/, '')
  })

/** A URL for a client that takes no account from it. `account`: the variables that have it instead. */
export const urlWithoutAccount = (
  env: string,
  description: string,
  account: string,
): Variable<string> => {
  const any = url(env, description)
  return {
    ...any,
    parse(value) {
      const parsed = any.parse(value)
      const { hash, password, search, username } = new URL(parsed)
      if (username !== '' || password !== '')
        throw new Error(`has an account in it, which belongs into ${account}`)
      if (search !== '' || hash !== '')
        throw new Error('has something behind its path: paths are put behind it')
      return parsed
    },
  }
}

/** null when it is not set or empty. */
export const optionalUrl = (env: string, description: string): Variable<string | null> => {
  const any = url(env, description)
  return variable(env, description, { fallback: '' }, (value) =>
    value === '' ? null : any.parse(value),
  )
}

/** Whoever means a bucket would get a folder of that name beside the process. */
function assertPath(value: string): void {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value))
    throw new Error('is a URL, no directory: mount what is there, and give the path of the mount')
}

export const directory = (
  env: string,
  description: string,
  options: Options = {},
): Variable<string> =>
  variable(env, description, options, (value) => {
    assertPath(value)
    return value
  })

/** null when it is not set or empty. */
export const optionalDirectory = (env: string, description: string): Variable<string | null> =>
  variable(env, description, { fallback: '' }, (value) => {
    assertPath(value)
    return value === '' ? null : value
  })

export const oneOf = <const Choice extends string>(
  env: string,
  description: string,
  choices: readonly Choice[],
  options: Options = {},
): Variable<Choice> =>
  variable(env, `${description} (${choices.join(', ')})`, options, (value) => {
    const choice = choices.find((candidate) => candidate === value)
    if (choice === undefined) throw new Error(`is none of ${choices.join(', ')}`)
    return choice
  })

export const flag = (env: string, description: string, options: Options = {}): Variable<boolean> =>
  variable(env, `${description} (true, false)`, options, (value) => {
    if (value !== 'true' && value !== 'false') throw new Error('is neither true nor false')
    return value === 'true'
  })
