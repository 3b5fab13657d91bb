import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { checkMapPaths } from '#runtime/definition/checks/map-paths.ts'
import { checkMapTypes } from '#runtime/definition/checks/map-types.ts'
import { createReport } from '#runtime/definition/checks/report.ts'
import { timeFormatHint, timeFormatProblem } from '#runtime/definition/checks/time-format.ts'
import type { Observation } from '#runtime/definition/findings.ts'
import { type SourceMap, mapSchema } from '#runtime/definition/map-schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'

/**
 * The map of an import: which column is what. What looks wrong and may be right is told to `warn`.
 * @throws TributaryError with the first mistake, as `lint` finds it in the map of a source.
 */
export async function readMap(
  file: string,
  warn: (message: string) => void = () => undefined,
): Promise<SourceMap> {
  const invalid = (why: string): TributaryError =>
    new TributaryError('TRB_CONFIG_INVALID', `the map ${file}: ${why}`, {
      hint: 'services/cli/README.md has an example with every part explained, under Import.',
    })
  let content: unknown
  try {
    content = parse(await readFile(file, 'utf8'), { maxAliasCount: 100 })
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error))
  }
  const parsed = mapSchema.safeParse(content)
  if (parsed.success && parsed.data.occurred_at === undefined)
    throw invalid('occurred_at is missing: which column says when a row occurred')
  if (parsed.success) {
    const mistake = checked(parsed.data, warn)
    if (mistake !== undefined) throw invalid(mistake)
    return parsed.data
  }
  const [issue] = parsed.error.issues
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`)
}

/** The first mistake of a map that has the right form. */
function checked(map: SourceMap, warn: (message: string) => void): string | undefined {
  const observations: Observation[] = []
  const report = createReport(observations)
  const format = map.occurred_at?.format ?? 'iso'
  const problem = timeFormatProblem(format)
  if (problem !== null)
    report.error(
      'invalid_value',
      ['occurred_at', 'format'],
      `${format} is no format of times: ${problem}`,
      { hint: timeFormatHint },
    )
  checkMapTypes(map, [], report)
  checkMapPaths(map, [], report)
  const texts = observations.map(({ severity, path, message, hint }) => ({
    severity,
    text: `${path.join('.')}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
  }))
  for (const { severity, text } of texts) if (severity === 'warning') warn(text)
  return texts.find(({ severity }) => severity === 'error')?.text
}
