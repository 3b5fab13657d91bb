import type { Act } from '../acts.ts'
import type { Random } from '../random.ts'
import { entryOf, normalEmail, type Told } from './told.ts'

/** A receipt of the shop's till in the shop's own words: local time with its offset, money as text. */
export function tillReceipt(random: Random, act: Act): Told {
  const receipt = `R${random.hex(12)}`
  const card = act.person.loyaltyCard ?? 'none'
  const withEmail = random.chance(0.25)
  const seconds = Math.floor(act.at / 1000) * 1000
  return {
    payload: {
      receipt_no: receipt,
      sold_at: new Date(seconds).toISOString().replace('.000Z', '+00:00'),
      card,
      ...(withEmail && { email: act.email }),
      amount: act.total.toFixed(2),
      currency: 'EUR',
      department: act.product.category,
      items: act.quantity,
    },
    entry: entryOf(
      { ...act, at: seconds },
      {
        id: receipt,
        source: 'till',
        channel: 'crm',
        type: 'order_completed',
        identifiers: [
          ...(withEmail ? [['email', normalEmail(act.email)] as const] : []),
          ['loyalty_card', card],
        ],
        properties: {
          total: act.total,
          currency: 'EUR',
          category: act.product.category,
          quantity: act.quantity,
        },
      },
    ),
  }
}
