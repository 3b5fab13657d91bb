import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { type IdentityDefinition, identitySchema } from '#runtime/definition/schema.ts'
import { asError, TributaryError } from '#runtime/errors/index.ts'

/**
 * The identity part of a pipeline file; also a file that holds nothing else, under `identity:` or bare. What it leaves out has its
 * default.
 * @throws TributaryError `TRB_USAGE` when the file can't be read or the part does not hold together.
 */
export async function readIdentityPart(file: string): Promise<IdentityDefinition> {
  const parsed = identitySchema.safeParse(identityIn(await readYaml(file)) ?? {})
  if (parsed.success) {
    checkPatterns(file, parsed.data)
    return parsed.data
  }
  const [issue] = parsed.error.issues
  const path = ['identity', ...(issue?.path ?? [])].join('.')
  throw new TributaryError('TRB_USAGE', `${file}: ${path}: ${issue?.message ?? 'invalid'}`, {
    hint: `See: tributary lint ${file}`,
  })
}

async function readYaml(file: string): Promise<unknown> {
  try {
    return parse(await readFile(file, 'utf8'), { merge: true })
  } catch (error) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be read: ${asError(error).message}`, {
      hint: 'Give a pipeline file, or only its identity part.',
    })
  }
}

function identityIn(content: unknown): unknown {
  if (typeof content !== 'object' || content === null) return content
  if ('identity' in content) return content.identity
  return 'sources' in content || 'purposes' in content ? {} : content
}

function checkPatterns(file: string, { types }: IdentityDefinition): void {
  for (const [type, { blocked }] of Object.entries(types))
    for (const pattern of blocked.filter((value) => /^\/.+\/$/.test(value)))
      try {
        RegExp(pattern.slice(1, -1), 'u')
      } catch {
        throw new TributaryError(
          'TRB_USAGE',
          `${file}: identity.types.${type}.blocked: ${pattern} is no regular expression`,
        )
      }
}
