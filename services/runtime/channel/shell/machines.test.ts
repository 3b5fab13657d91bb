import { describe, expect, it } from 'vitest'
import { loadDefinition } from '../../definition/load-definition.ts'
import { pipelineText } from '../../definition/testing/pipeline-text.ts'
import { definitionVersion, epochMs } from '../../event/ids.ts'
import { createPseudonymiser } from '../../pseudonym/pseudonym.ts'
import { envelope } from '../core/envelope/envelope.ts'
import { importRow } from '../core/envelope/import-row.ts'
import { defaultLimits } from '../core/limits.ts'
import { silentTally } from '../core/outcome.ts'
import { plainSource } from '../core/settings.ts'
import { createRules } from './rules.ts'

const rulesOf = (machines = '{}') =>
  createRules(
    loadDefinition(pipelineText({ rest: `machines: ${machines}\n` }), definitionVersion(1)),
    {
      channel: 'email',
      vendors: [envelope, importRow],
      limits: defaultLimits,
      pseudonymiser: createPseudonymiser(new Uint8Array(32)),
      partitions: 4,
      suppressed: () => undefined,
      prefix: '',
      tally: silentTally,
    },
  )

const at = Date.UTC(2026, 2, 1, 9, 0, 20)
let events = 0
const told = (type: string, ms: number, properties: object, email = 'ada@shop.test') => ({
  event_id: `e${events++}`,
  type,
  occurred_at: at + ms,
  identifiers: [{ type: 'email', value: email }],
  properties,
})
const click = (link: string, ms: number, email?: string) =>
  told('email_clicked', ms, { url: `https://shop.example/${link}?to=ada@shop.test` }, email)

const routed = (record: readonly object[], machines?: string, source = 'tributary') =>
  rulesOf(machines)
    .engine.process(record, plainSource('email', source), epochMs(at + 5_000_000), null)
    .map((fate) => (fate.fate === 'routed' ? fate.routed.event : null))
const machines = (...input: Parameters<typeof routed>) =>
  routed(...input).map((event) => (event === null ? 'refused' : event.machine))

describe('a record that holds a burst', () => {
  it('shows it from the first click on', () => {
    expect(machines(['a', 'b', 'c', 'd'].map((link, n) => click(link, n * 100)))).toEqual(
      Array<string>(4).fill('click_burst'),
    )
  })

  it('shows it beside what is refused, other people’s clicks, and other events of the same person', () => {
    const [first, ...rest] = ['a', 'b', 'c', 'd'].map((link) => click(link, 0))
    const record = [
      first ?? {},
      { type: 'email_clicked', occurred_at: 'never' },
      click('a', 0, 'bob@shop.test'),
      told('email_opened', 0, {}),
      ...rest,
    ]
    const burst = Array<string>(3).fill('click_burst')
    expect(machines(record)).toEqual(['click_burst', 'refused', null, null, ...burst])
  })

  it('is a family’s no burst: the person is who counts, not the record', () => {
    const family = ['ada', 'bob', 'eve', 'max'].map((who, n) =>
      click(`${n}`, 0, `${who}@shop.test`),
    )
    expect(machines(family)).toEqual([null, null, null, null])
  })

  it('keeps what the source itself says', () => {
    const clicks = ['a', 'b', 'c', 'd'].map((link) => ({ ...click(link, 0), machine: 'a robot' }))
    expect(new Set(machines(clicks))).toEqual(new Set(['a robot']))
  })

  it('is judged by the pipeline file', () => {
    const clicks = ['a', 'b', 'c', 'd'].map((link) => click(link, 0))
    expect(new Set(machines(clicks, '{click_burst: off}'))).toEqual(new Set([null]))
    expect(new Set(machines(clicks, '{click_burst: {links: 5}}'))).toEqual(new Set([null]))
  })
})

it('a delivery and the click on it in one record are a scanner’s, in any order', () => {
  const properties = { url: 'https://shop.example/', message_id: 'm' }
  const record = [told('email_clicked', 0, properties), told('email_delivered', 900, properties)]
  expect(machines(record)).toEqual(['click_on_delivery', null])
})

it('a record of sixty views in ten seconds is a machine’s, unless an import tells of them', () => {
  const views = Array.from({ length: 60 }, (_, n) => told('page_viewed', n, {}))
  expect(new Set(machines(views))).toEqual(new Set(['rate']))
  expect(new Set(machines(views, '{}', 'import'))).toEqual(new Set([null]))
})

it('a click says which link it was without saying what it says', () => {
  const [first, same, other] = routed([click('a', 0), click('a', 9_000), click('b', 0)]).map(
    (event) => event?.properties['link_digest'],
  )
  expect(first).toMatch(/^[\w-]{8}$/)
  expect(same).toBe(first)
  expect(other).not.toBe(first)
})
