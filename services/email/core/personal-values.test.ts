import { expect, it } from 'vitest'
import { plainSource } from '#runtime/channel/core/settings.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { engineOf } from '../../../test/support/channel/engine-of.ts'
import { shippedDefinition } from '../../../test/support/clickhouse/definition.ts'
import { sendgrid } from './sendgrid.ts'

const at = Date.UTC(2026, 2, 1, 9)

it('the answer about a SendGrid group that is called by somebody’s address goes no further, and is counted', () => {
  const counted: string[] = []
  const engine = engineOf(shippedDefinition(), 'email', sendgrid, {
    personalValue: (source, field) => counted.push(`${source} ${field}`),
  })
  const left = (sg_event_id: string, asm_group_id: number | string) => ({
    email: 'ada@shop.test',
    event: 'group_unsubscribe',
    timestamp: at / 1000,
    sg_event_id,
    asm_group_id,
  })
  const fates = engine.process(
    [left('e1', 7), left('e2', 'leak@mail.example.net')],
    plainSource('email', 'sendgrid'),
    epochMs(at + 1000),
    null,
  )
  expect(
    fates.map((fate) => (fate.fate === 'routed' ? fate.routed.event.consent : fate.fate)),
  ).toEqual([{ 'group:7': 'denied' }, {}])
  expect(JSON.stringify(fates)).not.toContain('leak')
  expect(counted).toEqual(['sendgrid consent'])
})
