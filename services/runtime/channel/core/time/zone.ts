import { IANAZone } from 'luxon'
import { createKnown } from '../../../recent/known.ts'
import { dayMs } from './calendar.ts'

/** What stands behind a clock time: minutes east of UTC, the name of a zone, nothing, or neither. */
export type StatedZone =
  | { readonly kind: 'offset'; readonly minutes: number }
  | { readonly kind: 'zone'; readonly zone: IANAZone }
  | { readonly kind: 'none' }
  /** An offset that no clock has, or the name of no zone. */
  | { readonly kind: 'unknown' }
  /** No zone at all: AM, PM, or rubbish. */
  | { readonly kind: 'no_zone' }

const utc: StatedZone = { kind: 'offset', minutes: 0 }
const unknown: StatedZone = { kind: 'unknown' }

/** From Baker Island to Kiribati: no clock lies further from UTC, nor has since 1990. */
export const isOffset = (minutes: number): boolean => minutes >= -12 * 60 && minutes <= 14 * 60

const numeric = /^(?:UTC|GMT)?([+-])(\d\d?)(?::?(\d\d))?$/i

function readOffset(text: string): StatedZone | undefined {
  const match = numeric.exec(text)
  if (!match) return undefined
  const [, sign, hours, rest = '0'] = match
  const minutes = (Number(hours) * 60 + Number(rest)) * (sign === '-' ? -1 : 1)
  return Number(rest) < 60 && isOffset(minutes) ? { kind: 'offset', minutes } : unknown
}

/** The library keeps every spelling that it was ever asked for; the platform knows one of each zone. */
function canonicalName(name: string): string | null {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    return null
  }
}

export const zoneNamesMax = 1000
const known = createKnown<StatedZone>(zoneNamesMax)

/** Names come again and again, and asking the platform for a zone is slow; strangers' names are many, so that few are kept. */
function readName(name: string): StatedZone {
  let found = known.get(name)
  if (!found) {
    const canonical = canonicalName(name)
    found = canonical === null ? unknown : { kind: 'zone', zone: IANAZone.create(canonical) }
    known.set(name, found)
  }
  return found
}

/** Java and RFC 9557 put the zone's name behind the offset: `+02:00[Europe/Berlin]`. The offset decides. */
const bracketed = /^([^[\]]*)\[!?([^[\]]+)\]$/

/** Reads what follows a clock time: `Z`, `+02:00`, ` UTC`, ` Europe/Berlin`, `[Europe/Berlin]`. */
export function readZone(text: string): StatedZone {
  if (text === '') return { kind: 'none' }
  if (/^(?:Z|UTC?|GMT|Zulu)$/i.test(text)) return utc
  const offset = readOffset(text)
  if (offset) return offset
  const match = bracketed.exec(text)
  if (match) {
    const named = readZone(match[2] ?? '')
    return match[1] === undefined || match[1] === '' || named.kind === 'unknown'
      ? named
      : readZone(match[1])
  }
  if (/^[AP]\.?M\b/i.test(text)) return { kind: 'no_zone' }
  if (/^[A-Za-z][\w+\-/]{0,63}$/.test(text)) return readName(text)
  return /^[+-]\d/.test(text) ? unknown : { kind: 'no_zone' }
}

/** Zones of sources: as few as the pipeline file names. */
const ofSources = new Map<string, StatedZone>()

function zoneOf(name: string): StatedZone {
  let zone = ofSources.get(name)
  if (!zone) ofSources.set(name, (zone = readZone(name)))
  return zone
}

/**
 * The instant at which a zone's clocks show `wall` (as if it were UTC's milliseconds): of a time that occurs twice (summer time
 * ends) the first; one that never occurs (it begins) is moved on by the hour that was left out. undefined: there is no such zone.
 */
export function instantOf(wall: number, zoneName: string): number | undefined {
  const read = zoneOf(zoneName)
  if (read.kind === 'offset') return wall - read.minutes * 60_000
  return read.kind === 'zone' ? instantIn(wall, read.zone) : undefined
}

/** By zone and day: minutes east on that day and on both its neighbours, or null where they change among them. */
const offsets = new Map<string, Map<number, number | null>>()
/** Of all zones together: a decade of each of the some ten that a company meets. */
export const zoneDaysMax = 65_536
let zoneDays = 0

/** Asking the platform for an offset takes ten times as long as all else here, and most days have one. */
function offsetAround(day: number, zone: IANAZone): number | null {
  const found = offsets.get(zone.name)?.get(day)
  if (found !== undefined) return found
  if (zoneDays >= zoneDaysMax) {
    offsets.clear()
    zoneDays = 0
  }
  const before = zone.offset((day - 1) * dayMs)
  const offset = before === zone.offset((day + 2) * dayMs) ? before : null
  let ofZone = offsets.get(zone.name)
  if (!ofZone) offsets.set(zone.name, (ofZone = new Map<number, number | null>()))
  ofZone.set(day, offset)
  zoneDays += 1
  return offset
}

/** Days of zones that are remembered now. */
export const zoneDaysKnown = (): number => zoneDays

export function instantIn(wall: number, zone: IANAZone): number {
  const steady = offsetAround(Math.floor(wall / dayMs), zone)
  if (steady !== null) return wall - steady * 60_000
  const before = wall - zone.offset(wall - dayMs) * 60_000
  const after = wall - zone.offset(wall + dayMs) * 60_000
  const isShown = (at: number): boolean => at + zone.offset(at) * 60_000 === wall
  const first = Math.min(before, after)
  if (isShown(first)) return first
  const second = Math.max(before, after)
  return isShown(second) ? second : before
}
