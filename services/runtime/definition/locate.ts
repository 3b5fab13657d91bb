import type { Document, LineCounter } from 'yaml'
import { isMap, isNode, isPair, isScalar } from 'yaml'
import type { FilePath, Finding, Observation } from './findings.ts'
import { pathText } from './findings.ts'

/** Finds the line and column of a place in the file's structure. */
export type Locate = (observation: Observation) => Finding

export function createLocator(document: Document, lines: LineCounter, text: string): Locate {
  const startOf = (path: FilePath): number => {
    for (let length = path.length; length >= 0; length -= 1) {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
    return 0
  }

  const keyStart = (path: FilePath): number => {
    const parent = document.getIn(path.slice(0, -1), true)
    const name = path.at(-1)
    if (isMap(parent))
      for (const pair of parent.items)
        if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(name))
          return pair.key.range?.[0] ?? startOf(path)
    return startOf(path)
  }

  const inside = (path: FilePath, offset: number): number => {
    const node = document.getIn(path, true)
    return isScalar(node) && node.range && typeof node.value === 'string'
      ? sourceOffset(text, node.range[0], node.value, offset)
      : startOf(path)
  }

  return ({ severity, code, message, hint, path, atKey, offset }) => {
    const at =
      offset === undefined ? (atKey ? keyStart(path) : startOf(path)) : inside(path, offset)
    const { line, col } = lines.linePos(at)
    return {
      severity,
      code,
      message,
      path: pathText(path),
      line: Math.max(line, 1),
      column: Math.max(col, 1),
      hint: hint ?? null,
    }
  }
}

const blank = /\s/

/**
 * Where character `offset` of a scalar's value stands in the file. Quotes, escapes, folding and indentation make value and source
 * differ, so both are walked together: a run of blanks stands for a run of blanks, and a backslash for nothing.
 */
function sourceOffset(text: string, start: number, value: string, offset: number): number {
  let at = start
  if (/[|>]/.test(text[at] ?? '')) at = text.indexOf('\n', at) + 1
  else if (/["']/.test(text[at] ?? '')) at += 1
  let place = at
  for (let index = 0; index <= offset; index += 1) {
    const wanted = value[index]
    if (wanted === undefined) return at
    if (blank.test(wanted)) {
      place = at
      while (blank.test(text[at] ?? '')) at += 1
    } else {
      while (at < text.length && text[at] !== wanted) at += 1
      place = at
      at += 1
    }
  }
  return place
}
