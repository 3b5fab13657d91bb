import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { type SourceMap, mapSchema } from '#runtime/definition/map-schema.ts'
import { TributaryError } from '#runtime/errors/index.ts'

/** The map of an import: which column is what. @throws TributaryError with the first mistake. */
export async function readMap(file: string): Promise<SourceMap> {
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
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw invalid(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`)
}
