import { hash } from 'node:crypto'

/** A value that must not show up anywhere, and every form in which it could. */
export interface Canary {
  readonly name: string
  readonly value: string
  /** Whether a digest without a key counts as a leak too: addresses can be guessed and hashed by anybody. */
  readonly digests: boolean
}

interface Needle {
  readonly canary: string
  readonly form: string
  readonly text: string
  readonly ignoreCase: boolean
}

/** Raw, in any case; hex; base64 at each of the three places that it can have in what surrounds it; digests. */
export function needlesOf({ name, value, digests }: Canary): readonly Needle[] {
  const bytes = Buffer.from(value)
  const needle = (form: string, text: string, ignoreCase: boolean): Needle => ({
    canary: name,
    form,
    text: ignoreCase ? text.toLowerCase() : text,
    ignoreCase,
  })
  const digested = (['sha256', 'md5'] as const).flatMap((algorithm) => {
    const digest = hash(algorithm, value.toLowerCase(), 'buffer')
    return [
      needle(`${algorithm} hex`, digest.toString('hex'), true),
      needle(`${algorithm} base64`, digest.toString('base64').replace(/=+$/, ''), false),
      needle(`${algorithm} base64url`, digest.toString('base64url'), false),
      needle(`${algorithm} bytes`, digest.toString('latin1'), false),
    ]
  })
  return [
    needle('clear', bytes.toString('latin1'), true),
    needle('percent-encoded', encodeURIComponent(value), true),
    needle('hex', bytes.toString('hex'), true),
    ...[value, value.toLowerCase()].flatMap((text) =>
      [0, 1, 2].map((place) => needle('base64', base64Within(text, place), false)),
    ),
    ...(digests ? digested : []),
  ]
}

/** The characters of a longer base64 text that depend on this value alone. */
function base64Within(text: string, place: number): string {
  const bytes = Buffer.from(text)
  const encoded = Buffer.concat([Buffer.alloc(place), bytes]).toString('base64')
  const from = place === 0 ? 0 : place + 1
  const sure = Math.floor(((place + bytes.length) * 8) / 6)
  return encoded.slice(from, sure)
}

const surroundings = 60

/** What of the needles is in there: `<canary> (<form>): <what stands around it>`. */
export function findIn(bytes: Uint8Array, needles: readonly Needle[]): readonly string[] {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
  const lower = text.toLowerCase()
  return needles.flatMap(({ canary, form, text: wanted, ignoreCase }) => {
    const at = (ignoreCase ? lower : text).indexOf(wanted)
    if (at < 0) return []
    const around = text.slice(Math.max(0, at - surroundings), at + wanted.length + surroundings)
    return [`${canary} (${form}): ${around.replaceAll(/[^\x20-\x7e]+/g, ' ')}`]
  })
}
