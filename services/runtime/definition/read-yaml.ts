import { LineCounter, parseDocument } from 'yaml'
import type { Finding } from './findings.ts'
import { createLocator, type Locate } from './locate.ts'

/** A file is written by hand; one of a pipeline also has to fit one Kafka record. */
export const fileBytesMax = 512 * 1024
/** Nodes that one alias may stand for, all its uses together: YAML's own bombs end here. */
const aliasCountMax = 200

/** `content` is null where the file is empty. */
export type ReadYaml = { readonly locate: Locate } & (
  | { readonly ok: true; readonly content: unknown }
  | { readonly ok: false; readonly findings: readonly Finding[] }
)

/** What stands in a file of YAML, and where. Never throws: every mistake is a finding with its place. */
export function readYaml(text: string): ReadYaml {
  const bytes = Buffer.byteLength(text)
  if (bytes > fileBytesMax)
    return refused(`the file has ${bytes} bytes, more than ${fileBytesMax}`, 'file_too_large')
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const locate = createLocator(document, lines, text)
  if (document.errors.length > 0) {
    const findings = document.errors.map((error): Finding => {
      const { line, col } = lines.linePos(error.pos[0])
      const message = error.code === 'DUPLICATE_KEY' ? 'a key stands here twice' : error.message
      return {
        severity: 'error',
        code: 'yaml_syntax',
        message,
        path: '',
        line,
        column: col,
        hint: null,
      }
    })
    return { ok: false, findings, locate }
  }
  try {
    const content: unknown = document.toJS({ maxAliasCount: aliasCountMax })
    return { ok: true, content, locate }
  } catch (error) {
    if (error instanceof ReferenceError) return refused(error.message, 'yaml_alias')
    throw error
  }
}

function refused(message: string, code: 'file_too_large' | 'yaml_alias'): ReadYaml {
  const finding: Finding = {
    severity: 'error',
    code,
    message,
    path: '',
    line: 1,
    column: 1,
    hint: null,
  }
  return { ok: false, findings: [finding], locate: () => finding }
}
