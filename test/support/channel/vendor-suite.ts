import { describe, expect, it } from 'vitest'
import { detectVendor } from '#runtime/channel/core/detect.ts'
import { asList, isFields } from '#runtime/channel/core/fields.ts'
import { type Outcome, silentTally, type Tally } from '#runtime/channel/core/outcome.ts'
import { plainSource } from '#runtime/channel/core/settings.ts'
import type { Catalogue, Vendor } from '#runtime/channel/core/source.ts'
import { createNormaliser } from '#runtime/channel/shell/create-normaliser.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { type FuzzTarget, fuzzVendor } from './fuzz.ts'
import { type Fixture, testIdentity } from './golden.ts'

/** A first look beside the code; test/fuzz makes 20,000 runs in `npm test`, and `npm run fuzz` a million. */
const fuzzRuns = 500

export interface VendorSuiteTarget extends FuzzTarget {
  /** The vendor marks what comes again by nothing that we could know it by (content hash only): no test of its ids. */
  readonly withoutIds?: true
  /** The vendor that shares its calls to the letter: one that has nothing of either's own may be taken for that vendor's. */
  readonly alike?: string
}

interface Told {
  readonly name: string | undefined
  readonly outcome: Outcome
}

/** What every vendor has to show: a whole table, an example of each type, unknown types kept, ids that a retry repeats, detection, fuzz. */
export function vendorSuite(target: VendorSuiteTarget): void {
  const { fixture, channel, vendors } = target
  const vendor = vendorOf(target)
  const { catalogue } = vendor
  if (catalogue === undefined) throw new Error(`${vendor.name} has no catalogue`)

  const tell = (later = 0, tally: Tally = silentTally): readonly Told[] => {
    const normaliser = createNormaliser({
      vendors,
      definition: { identity: testIdentity },
      tally,
    })
    const source = plainSource(channel, vendor.name)
    const items = vendor.split(fixture.record, source)
    const list: readonly unknown[] = asList(items) ?? []
    return normaliser
      .normalise(fixture.record, source, epochMs(Date.parse(fixture.received_at) + later))
      .map((outcome) => ({
        name: outcome.index === null ? undefined : nameOf(catalogue, list[outcome.index]),
        outcome,
      }))
  }

  describe(`${vendor.name}: what every vendor has to show`, () => {
    it('the table has each type that the documentation names, and no other', () => {
      expect(Object.keys(catalogue.types).toSorted()).toEqual(documented(fixture).toSorted())
    })

    it('each has an example in the fixture that is read as the table says', () => {
      const read = new Map<string, Set<string>>()
      for (const { name, outcome } of tell()) {
        if (name === undefined || outcome.outcome === 'dead_letter') continue
        const types = read.get(name) ?? new Set()
        types.add(outcome.outcome === 'ok' ? outcome.event.type : 'dropped')
        read.set(name, types)
      }
      const wrong = Object.entries(catalogue.types).filter(
        ([name, type]) => read.get(name)?.has(type) !== true,
      )
      expect(wrong.map(([name, type]) => [name, type, [...(read.get(name) ?? [])]])).toEqual([])
    })

    it('a type that nobody knows is kept and counted', () => {
      const counted: string[] = []
      const unknown = tell(0, { ...silentTally, unknownType: (_, type) => counted.push(type) })
        .map(({ outcome }) => (outcome.outcome === 'ok' ? outcome.event : null))
        .filter((event) => event?.unknownType === true)
      expect(unknown.length).toBeGreaterThan(0)
      expect(counted.length).toBe(unknown.length)
      for (const event of unknown) expect(event?.type).toMatch(/^custom:./)
    })

    it.skipIf(target.withoutIds === true)('a retry has the ids of the first delivery', () => {
      expect(tell(60_000).map(eventIdOf)).toEqual(tell().map(eventIdOf))
    })

    it('is known by its shape', () => {
      expect(detectVendor(fixture.record, vendors)?.name).toBe(vendor.name)
    })

    it('each event is known by itself too, not only in the company of others', () => {
      const source = plainSource(channel, vendor.name)
      const taken = (asList(fixture.record) ?? [fixture.record])
        .filter((entry) => {
          const items = vendor.split(entry, source)
          const names = (asList(items) ?? []).map((item) => nameOf(catalogue, item))
          return names.some((name) => name !== undefined && Object.hasOwn(catalogue.types, name))
        })
        .map((entry) => [detectVendor(entry, vendors)?.name, JSON.stringify(entry).slice(0, 300)])
      expect(taken.length).toBeGreaterThan(0)
      expect(taken.filter(([name]) => name !== vendor.name && name !== target.alike)).toEqual([])
    })

    it(`survives ${fuzzRuns} mutated payloads`, { timeout: 120_000 }, () => {
      const { survivors, deadLetters } = fuzzVendor(target, { runs: fuzzRuns })
      expect(survivors).toBeGreaterThan(fuzzRuns / 50)
      expect(deadLetters).toBeGreaterThan(fuzzRuns / 50)
    })
  })
}

const eventIdOf = ({ outcome }: Told): string =>
  outcome.outcome === 'ok' ? outcome.event.eventId : ''

function vendorOf({ vendors, vendor }: FuzzTarget): Vendor {
  const found = vendors.find(({ name }) => name === vendor)
  if (found === undefined) throw new Error(`no vendor ${vendor}`)
  return found
}

const nameOf = (catalogue: Catalogue, item: unknown): string | undefined =>
  isFields(item) ? catalogue.nameOf(item) : undefined

/** The list of types in the fixture: written down from the documentation, not from the code. */
function documented({ documented: list }: Fixture): readonly string[] {
  if (list === undefined) throw new Error('the fixture does not list the documented types')
  return list
}
