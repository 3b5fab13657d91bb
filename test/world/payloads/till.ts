import { DateTime } from 'luxon'
import type { Act } from '../acts.ts'
import type { Random } from '../random.ts'
import { entryOf, normalEmail, type Told } from './told.ts'

const dayMs = 86_400_000
const opensMs = 8 * 3_600_000
const openMs = 10 * 3_600_000
const stores = ['Altona', 'Mitte', 'Neuhausen', 'Südvorstadt'] as const

/** A receipt of the shop's till in the shop's own words: local time without a zone, money as text, its own field names. */
export function tillReceipt(random: Random, act: Act): Told {
  const receipt = `R${random.hex(12)}`
  const card = act.person.loyaltyCard ?? 'none'
  const withEmail = random.chance(0.25)
  const store = random.pick(stores)
  // Shops are closed at night: no receipt falls into the hour that a change of daylight saving doubles.
  const daytime =
    act.at - (act.at % dayMs) + opensMs + Math.floor(((act.at % dayMs) * openMs) / dayMs)
  const at = daytime - (daytime % 1000)
  return {
    payload: {
      receipt_no: receipt,
      kind: 'sale',
      booked_at: DateTime.fromMillis(at, { zone: 'Europe/Berlin' }).toFormat('yyyy-MM-dd HH:mm:ss'),
      card,
      ...(withEmail && { receipt_email: act.typedEmail }),
      store,
      amount: act.total.toFixed(2),
      department: act.product.category,
      items: act.quantity,
    },
    entry: entryOf(
      { ...act, at },
      {
        id: receipt,
        source: 'till',
        channel: 'crm',
        type: 'order_completed',
        identifiers: [
          ['loyalty_card', card],
          ...(withEmail ? [['email', normalEmail(act.typedEmail)] as const] : []),
        ],
        properties: {
          total: act.total,
          currency: 'EUR',
          category: act.product.category,
          quantity: act.quantity,
        },
        traits: { favourite_store: store },
      },
    ),
  }
}
