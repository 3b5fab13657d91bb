import type { Random } from '../../world/random.ts'

/** What real senders and hostile ones put where something else belongs. */
const strange: readonly unknown[] = [
  null,
  '',
  '0',
  -1,
  0,
  1e308,
  2 ** 53,
  -0,
  true,
  [],
  {},
  [[]],
  '\uD800',
  '\u0000',
  '__proto__',
  'constructor',
  '9'.repeat(40),
  '<a@b.c>',
  '1970-01-01T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '2026-11-25T10:00:00+99:99',
  'x'.repeat(20_000),
  '('.repeat(2000),
  '@'.repeat(2000),
  ' '.repeat(2000),
  'a.'.repeat(900),
  '+'.repeat(300),
  '%'.repeat(3000),
  '{"a":',
  '\u202Eevil\u0007',
  { __proto__: { polluted: true } },
  JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'),
  Array.from({ length: 300 }, (_, i) => i),
  Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i])),
]

const pick = <T>(random: Random, items: readonly T[]): T => {
  const item = items[random.int(items.length)]
  if (item === undefined && items.length === 0) throw new RangeError('nothing to pick from')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an index below the length
  return item as T
}

/** Lists in lists, or objects in objects, deeper than any limit. */
function nested(random: Random): unknown {
  let value: unknown = 1
  const deep = 1 + random.int(40)
  const asList = random.chance(0.5)
  for (let i = 0; i < deep; i++) value = asList ? [value] : { a: value }
  return value
}

function randomText(random: Random): string {
  const units = Array.from({ length: random.int(30) }, () => random.int(0x1_0000))
  return String.fromCharCode(...units)
}

function strangeLeaf(random: Random): unknown {
  const point = random.next()
  if (point < 0.7) return clone(pick(random, strange))
  if (point < 0.8) return nested(random)
  if (point < 0.9) return randomText(random)
  return (random.next() - 0.5) * 10 ** random.int(20)
}

const names = [
  '__proto__',
  'constructor',
  'prototype',
  'type',
  'event',
  'email',
  '',
  'toString',
  'length',
  'hasOwnProperty',
]

type Container = Record<string, unknown>
const isContainer = (value: unknown): value is Container =>
  typeof value === 'object' && value !== null

/** As JSON has it: own enumerable fields, `__proto__` among them. */
function clone(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(clone)
  if (!isContainer(value)) return value
  const out: Container = {}
  for (const key of Object.keys(value)) put(out, key, clone(value[key]))
  return out
}

function put(target: Container, key: string, value: unknown): void {
  if (key !== '__proto__') target[key] = value
  else
    Object.defineProperty(target, key, {
      value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
}

/** A random place: down from the top, a step at a time, stopping sooner or later. */
function place(random: Random, top: Container): readonly [Container, string] | null {
  let at = top
  for (;;) {
    const keys = Object.keys(at)
    if (keys.length === 0) return null
    const key = pick(random, keys)
    const next = at[key]
    if (!isContainer(next) || Object.keys(next).length === 0 || random.chance(0.3)) return [at, key]
    at = next
  }
}

const kinds = ['replace', 'replace', 'drop', 'rename', 'nest', 'repeat'] as const

function spoil(random: Random, top: Container): void {
  const found = place(random, top)
  if (found === null) return
  const [target, key] = found
  switch (pick(random, kinds)) {
    case 'replace':
      put(target, key, strangeLeaf(random))
      break
    case 'drop':
      if (!Array.isArray(target)) delete target[key]
      break
    case 'rename':
      if (!Array.isArray(target)) put(target, pick(random, names), target[key])
      break
    case 'nest':
      put(target, key, { [key]: target[key] })
      break
    case 'repeat':
      if (Array.isArray(target)) target.push(target[Number(key)])
      break
  }
}

/** Text with pieces cut out, doubled, replaced, or strange characters in it. */
export function mutateText(random: Random, text: string): string {
  let out = text
  for (let left = 1 + random.int(4); left > 0; left--) {
    const at = random.int(out.length + 1)
    const length = random.int(Math.min(40, out.length - at + 1))
    const middle = pick(random, [
      '',
      '',
      '\t',
      '\n',
      '\u0000',
      '\uD800',
      '{"a":',
      '&=%',
      randomText(random),
      out.slice(at, at + length).repeat(2),
    ])
    out = out.slice(0, at) + middle + out.slice(at + length)
  }
  return out
}

/**
 * A payload with one to six things wrong with it. Of a list one or two entries are taken, so that a run costs what an event costs, not what
 * the whole fixture does.
 */
export function mutate(random: Random, payload: unknown): unknown {
  if (typeof payload === 'string') {
    const lines = payload.split('\n')
    return mutateText(random, pick(random, lines))
  }
  if (random.chance(0.02)) return strangeLeaf(random)
  const items: readonly unknown[] | null = Array.isArray(payload) ? payload : null
  const copy =
    items === null
      ? clone(payload)
      : Array.from({ length: 1 + random.int(2) }, () => clone(pick(random, items)))
  if (isContainer(copy)) for (let left = 1 + random.int(6); left > 0; left--) spoil(random, copy)
  return copy
}
