import type { Act } from '../../acts.ts'
import { categories } from '../../people.ts'
import type { Random } from '../../random.ts'
import type { Told } from '../told.ts'
import { sendgridEvent } from './sendgrid.ts'

const minuteMs = 60_000

/**
 * What a scanner at the gateway of her company makes of a message, as SendGrid tells it in one batch: five links or more, clicked within
 * a second by something that calls itself a browser. Never on the full minute, where the product does not judge (ADR 0015).
 */
export function scannedMail(random: Random, act: Act): readonly Told[] {
  const begin = Math.floor(act.at / minuteMs) * minuteMs + 10_000 + random.int(40_000)
  const message = `${random.uuid()}.recvd-1-0`
  return categories.slice(0, 5 + random.int(4)).map((category, n) => {
    const { payload, entry } = sendgridEvent(random, {
      ...act,
      kind: 'mail_click',
      at: begin + n * 100,
      product: { ...act.product, category },
    })
    return {
      payload: { ...payload, sg_message_id: message },
      entry: { ...entry, machine: true },
    }
  })
}
