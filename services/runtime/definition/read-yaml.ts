import { LineCounter, parseDocument } from 'yaml'
import type { Finding } from './findings.ts'
import { createLocator, type Locate } from './locate.ts'

/** A file is written by hand; one of a pipeline also has to fit one Kafka record. */
export const fileBytesMax = 512 * 1024
/** Nodes that one alias may stand for, all its uses together: YAML's own bombs end here. */
const aliasCountMax = 200
/** A pipeline file has some 8 levels, an example's properties up to 16 more; readers behind us recurse. */
const depthMax = 64

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
  // The parser recurses, and tells an end of its stack as V8 does. What else it says then follows from that.
  if (document.errors.some(({ code }) => code === 'RESOURCE_EXHAUSTION')) return tooDeep()
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
    return isDeeper(content, depthMax) ? tooDeep() : { ok: true, content, locate }
  } catch (error) {
    if (error instanceof RangeError) return tooDeep()
    if (error instanceof ReferenceError) return refused(error.message, 'yaml_alias')
    throw error
  }
}

const isDeeper = (content: unknown, levels: number): boolean =>
  typeof content === 'object' &&
  content !== null &&
  (levels === 0 || Object.values(content).some((each) => isDeeper(each, levels - 1)))

const tooDeep = (): ReadYaml =>
  refused(`it is nested too deeply, more than ${depthMax} levels`, 'yaml_depth')

function refused(message: string, code: 'file_too_large' | 'yaml_alias' | 'yaml_depth'): ReadYaml {
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
