import fc from 'fast-check'

/** What real senders and hostile ones put where something else belongs. */
const strangeLeaf = fc.oneof(
  fc.constantFrom<unknown>(
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
    'x'.repeat(20_000),
    '('.repeat(2000),
    '@'.repeat(2000),
    ' '.repeat(2000),
    'a.'.repeat(900),
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.double(),
  fc.json({ maxDepth: 4 }).map((text): unknown => JSON.parse(text)),
)

type Step = readonly [number, 'replace' | 'drop' | 'rename' | 'nest' | 'repeat', unknown, string]

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.nat(),
  fc.constantFrom('replace', 'drop', 'rename', 'nest', 'repeat'),
  strangeLeaf,
  fc.constantFrom('__proto__', 'constructor', 'type', 'event', 'email', '', 'toString', 'length'),
)

const isContainer = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Every (container, key) of a value, outermost first. */
function places(
  value: unknown,
  found: [Record<string, unknown>, string][] = [],
): [Record<string, unknown>, string][] {
  if (!isContainer(value)) return found
  for (const key of Object.keys(value)) {
    found.push([value, key])
    places(value[key], found)
  }
  return found
}

const put = (target: Record<string, unknown>, key: string, value: unknown): void => {
  Object.defineProperty(target, key, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

/** A payload with up to six things wrong with it. */
export function mutated(payload: unknown): fc.Arbitrary<unknown> {
  return fc.array(step, { minLength: 1, maxLength: 6 }).map((steps) => {
    const copy: unknown = structuredClone(payload)
    for (const [at, kind, leaf, name] of steps) {
      const all = places(copy)
      const [target, key] = all[at % Math.max(all.length, 1)] ?? []
      if (target === undefined || key === undefined) continue
      if (kind === 'replace') put(target, key, leaf)
      else if (kind === 'drop' && !Array.isArray(target)) delete target[key]
      else if (kind === 'rename' && !Array.isArray(target)) put(target, name, target[key])
      else if (kind === 'nest') put(target, key, { [key]: target[key] })
      else if (kind === 'repeat' && Array.isArray(target)) target.push(target[Number(key)])
    }
    return copy
  })
}
