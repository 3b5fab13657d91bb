import type { Scalar } from '../../../event/event.ts'
import { epochMs } from '../../../event/ids.ts'
import type { Reading } from '../../compiled.ts'
import type { Domain } from './domain.ts'

export interface Interval {
  readonly from: number
  readonly to: number
  readonly openFrom: boolean
  readonly openTo: boolean
}

/** A set of values of one variable that no comparison with a constant tells apart, and one value that stands for all of them. */
export interface Cell {
  readonly reading: Reading
  readonly known: boolean
  /** Of a number: where the values of the cell lie. */
  readonly interval: Interval | null
  /** Stands for texts that the rules do not name: a test of their parts may go either way. */
  readonly anyText: boolean
  /** For people: `3`, `above 3`, `unknown`. */
  readonly text: string
}

/** What the rules compare a variable with. */
export interface Marks {
  readonly numbers: ReadonlySet<number>
  readonly texts: ReadonlySet<string>
  /** Of texts that are tested for a part: it, and what begins and ends with it. */
  readonly parts: ReadonlySet<string>
  readonly sizes: ReadonlySet<number>
}

const constant = (value: Scalar): Reading => ({ kind: 'constant', value, staleAt: null })

const cell = (reading: Reading, text: string, more: Partial<Cell> = {}): Cell => ({
  reading,
  text,
  known: true,
  interval: null,
  anyText: false,
  ...more,
})

/** Long stale: no rule can read it. */
const unknownCell: Cell = cell(
  { kind: 'constant', value: false, staleAt: epochMs(-Infinity) },
  'unknown',
  { known: false },
)

export function cellsOf(domain: Domain, marks: Marks): readonly Cell[] {
  switch (domain.sort) {
    case 'number':
      return [
        ...numberCells(domain.min, domain.integer, marks.numbers),
        ...(domain.zeroWhenAbsent ? [nothingYet] : []),
        unknownCell,
      ]
    case 'instant':
      return [cell({ kind: 'instant', at: epochMs(0), staleAt: null }, 'known'), unknownCell]
    case 'keys':
      return [...keyCells(domain.sizeMax, marks), noKeys, unknownCell]
    case 'text':
      return [...textCells(marks), unknownCell]
    case 'boolean':
      return [...booleanCells, unknownCell]
    case 'scalar':
      return [
        ...textCells(marks),
        ...numberCells(-Infinity, false, marks.numbers),
        ...booleanCells,
        unknownCell,
      ]
    default:
      return domain satisfies never
  }
}

const nothingYet: Cell = cell({ kind: 'absent' }, '0', {
  interval: { from: 0, to: 0, openFrom: false, openTo: false },
})

/** A ranking that nothing has gone into reads as empty, and is not there. */
const noKeys: Cell = cell({ kind: 'absent' }, 'empty')

const booleanCells: readonly Cell[] = [true, false].map((value) =>
  cell(constant(value), String(value)),
)

/** Each number that something is compared with, and what lies between them. */
function numberCells(min: number, integer: boolean, marks: ReadonlySet<number>): readonly Cell[] {
  const points = [...new Set([...marks, ...(min === -Infinity ? [] : [min])])]
    .filter((point) => point >= min)
    .toSorted((a, b) => a - b)
  const [first] = points
  if (first === undefined) return [anyNumber]
  const cells: Cell[] = []
  if (first > min) push(cells, -Infinity, first, integer)
  for (const [index, point] of points.entries()) {
    if (!integer || Number.isInteger(point)) cells.push(pointCell(point))
    push(cells, point, points[index + 1] ?? Infinity, integer)
  }
  return cells
}

const anyNumber: Cell = cell(constant(0), 'any number', {
  interval: { from: -Infinity, to: Infinity, openFrom: true, openTo: true },
})

const pointCell = (point: number): Cell =>
  cell(constant(point), String(point), {
    interval: { from: point, to: point, openFrom: false, openTo: false },
  })

function push(cells: Cell[], from: number, to: number, integer: boolean): void {
  const value = between(from, to, integer)
  if (value === undefined) return
  const text =
    from === -Infinity
      ? `below ${to}`
      : to === Infinity
        ? `above ${from}`
        : `between ${from} and ${to}`
  const interval = { from, to, openFrom: true, openTo: true }
  cells.push(cell(constant(value), text, { interval }))
}

function between(from: number, to: number, integer: boolean): number | undefined {
  const value =
    from === -Infinity
      ? to - Math.max(1, Math.abs(to))
      : to === Infinity
        ? from + Math.max(1, Math.abs(from))
        : from + (to - from) / 2
  const inside = integer ? (from === -Infinity ? Math.ceil(to) - 1 : Math.floor(from) + 1) : value
  return inside > from && inside < to ? inside : undefined
}

/** In the order of code units the next text after one: nothing lies between. */
const justAfter = (text: string): string => `${text}\u0000`

function textCells({ texts, parts }: Marks): readonly Cell[] {
  const named = [...new Set([...texts, ...parts, ...joined([...parts])])]
  const others = ['', ...[...texts].map(justAfter)].filter((text) => !texts.has(text))
  return [
    ...named.map((text) => cell(constant(text), JSON.stringify(text))),
    ...others.map((text) => cell(constant(text), 'another text', { anyText: true })),
  ]
}

const partsMax = 8
/** Witnesses of texts that begin with one thing and end with another; what they do not show is undecided, never wrong. */
const joined = (parts: readonly string[]): readonly string[] =>
  parts
    .slice(0, partsMax)
    .flatMap((first) => parts.slice(0, partsMax).map((second) => first + second))

/** More keys than this in rules about one ranking are too many sets of them to look at. */
export const keysMax = 6

/** Every set of the named keys, with each of them or another first, in every length that the rules tell apart. */
function keyCells(sizeMax: number, { texts, sizes }: Marks): readonly Cell[] {
  const lengths = [
    ...new Set([0, 1, sizeMax, ...[...sizes].flatMap((size) => [size - 1, size, size + 1])]),
  ]
  const subsets = [...texts]
    .slice(0, keysMax)
    .reduce<readonly (readonly string[])[]>(
      (all, key) => [...all, ...all.map((subset) => [...subset, key])],
      [[]],
    )
  const lists = subsets.flatMap((subset) =>
    [null, ...subset].flatMap((top) => {
      const named = top === null ? subset : [top, ...subset.filter((key) => key !== top)]
      const least = named.length + (top === null && named.length > 0 ? 1 : 0)
      return [...new Set([...lengths, least])]
        .filter((length) => Number.isInteger(length) && length >= least && length <= sizeMax)
        .map((length) => {
          const fill = Array.from({ length: length - named.length }, (_, index) => `\u0000${index}`)
          return top === null ? [...fill, ...named] : [...named, ...fill]
        })
    }),
  )
  return lists.map((keys) =>
    cell({ kind: 'ranked', keys, staleAt: null }, keysText(keys, new Set(texts))),
  )
}

function keysText(keys: readonly string[], named: ReadonlySet<string>): string {
  if (keys.length === 0) return 'empty'
  const shown = keys.map((key) => (named.has(key) ? key : 'another'))
  return `[${shown.slice(0, 4).join(', ')}${shown.length > 4 ? ', …' : ''}]`
}
