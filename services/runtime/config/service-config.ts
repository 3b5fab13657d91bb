import { asError, TributaryError } from '../errors/index.ts'
import type { Environment, Variable } from './variable.ts'
import { variableSlips } from './variable-slips.ts'

export type Variables = Readonly<Record<string, Variable<unknown>>>
export type ConfigOf<V extends Variables> = {
  readonly [Name in keyof V]: V[Name] extends Variable<infer T> ? T : never
}

/** A rule over several values: what is wrong, or null. */
export type Rule<Config> = (config: Config) => string | null

export interface ServiceConfig<Config> {
  /**
   * The frozen configuration.
   * @throws TributaryError TRB_CONFIG_INVALID naming every problem at once; values of secrets are not shown.
   */
  parse(env: Environment): Config
  /** Every problem, also of what the values name and only a start would open, and slips; empty: fine. */
  check(env: Environment): readonly string[]
  /** Variables that are set, are none, and are nearly called as one is. */
  slips(env: Environment): readonly string[]
  /** The table for a README, in Markdown. */
  table(): string
  /** A commented `.env` file. */
  example(): string
}

/**
 * Configuration of one service from one declaration: parser, check, documentation.
 * @param opening Rules that look outside of the environment, at files say: for the check alone, since a start meets them anyway.
 */
export function createServiceConfig<V extends Variables>(
  variables: V,
  rules: readonly Rule<ConfigOf<V>>[] = [],
  opening: readonly Rule<ConfigOf<V>>[] = [],
): ServiceConfig<ConfigOf<V>> {
  const entries = Object.entries(variables)

  const slips = (env: Environment): readonly string[] =>
    variableSlips(
      env,
      entries.map(([, variable]) => variable.env),
    )

  const read = (env: Environment): { config: ConfigOf<V>; problems: readonly string[] } => {
    const problems: string[] = []
    const values: Record<string, unknown> = {}
    for (const [name, variable] of entries) {
      const set = env[variable.env]
      const { fallback } = variable
      const text =
        set === undefined || set === ''
          ? typeof fallback === 'function'
            ? fallback(env)
            : fallback
          : set
      if (text === undefined) {
        problems.push(`${variable.env} is not set: ${variable.description}`)
        continue
      }
      try {
        values[name] = variable.parse(text)
      } catch (error) {
        const shown = variable.secret ? 'its value' : `'${withoutAccount(text)}'`
        problems.push(`${variable.env}: ${shown} ${asError(error).message}`)
      }
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- built from exactly these variables
    const config = Object.freeze(values) as ConfigOf<V>
    if (problems.length > 0) return { config, problems }
    return { config, problems: broken(rules, config) }
  }

  return {
    parse(env) {
      const { config, problems } = read(env)
      if (problems.length > 0) throw new TributaryError('TRB_CONFIG_INVALID', problems.join('; '))
      return config
    },
    check(env) {
      const { config, problems } = read(env)
      return [...(problems.length > 0 ? problems : broken(opening, config)), ...slips(env)]
    },
    slips,
    table: () =>
      [
        '| Variable | Default | Meaning |',
        '|---|---|---|',
        ...entries.map(
          ([, v]) =>
            `| \`${v.env}\` | ${v.fallback === undefined ? '*required*' : v.fallbackShown === '' ? '' : `\`${v.fallbackShown}\``} | ${v.description} |`,
        ),
      ].join('\n'),
    example: () =>
      entries
        .map(
          ([, v]) =>
            `# ${v.description}\n${v.fallback === undefined ? '' : '# '}${v.env}=${v.fallbackShown}\n`,
        )
        .join('\n'),
  }
}

const broken = <Config>(rules: readonly Rule<Config>[], config: Config): readonly string[] =>
  rules.map((rule) => rule(config)).filter((problem) => problem !== null)

/** An address may carry a password, in front or behind, and one that is wrong is shown. */
const withoutAccount = (text: string): string =>
  text.replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, '$1…@').replace(/\?.*$/s, '?…')
