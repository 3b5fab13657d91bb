import { expect, it } from 'vitest'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { loadDefinition } from '#runtime/definition/load-definition.ts'
import { pipelineText } from '#runtime/definition/testing/pipeline-text.ts'
import { definitionVersion, epochMs } from '#runtime/event/ids.ts'
import { engineOf } from '../../../test/support/channel/engine-of.ts'
import { sendgrid } from './sendgrid.ts'

const second = Date.UTC(2026, 2, 1, 9, 0, 20) / 1000

const event = (name: string, email: string, timestamp: number, more: object) => ({
  email,
  event: name,
  timestamp,
  sg_event_id: `${name}-${email}-${JSON.stringify(more)}`,
  sg_message_id: `message-of-${email}`,
  useragent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0.0.0',
  ...more,
})

const link = (n: number) => ({ url: `https://shop.example/${n}` })

it('the scanner of one reader’s company is told from the readers in the same SendGrid batch', () => {
  const batch = [
    event('delivered', 'ada@shop.test', second, {}),
    event('delivered', 'bob@shop.test', second, {}),
    event('click', 'ada@shop.test', second + 1, link(1)),
    event('click', 'ada@shop.test', second + 2, link(2)),
    event('click', 'bob@shop.test', second + 20, link(1)),
    event('click', 'ada@shop.test', second + 2, link(3)),
    event('click', 'ada@shop.test', second + 3, link(4)),
    event('click', 'ada@shop.test', second + 50, link(4)),
  ]
  const engine = engineOf(loadDefinition(pipelineText(), definitionVersion(1)), 'email', sendgrid)
  const fates = engine.process(
    batch,
    plainSource('email', 'sendgrid'),
    epochMs(second * 1000 + 60_500),
    null,
  )
  expect(
    fates.map((fate) => (fate.fate === 'routed' ? fate.routed.event.machine : fate.fate)),
  ).toEqual([null, null, 'click_burst', 'click_burst', null, 'click_burst', 'click_burst', null])
})
