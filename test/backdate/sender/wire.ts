import type { PaceFigures, Sent } from './send-parcels.ts'

/** What the process is told. */
export type Order =
  | { readonly kind: 'burst'; readonly events: number }
  | { readonly kind: 'pace'; readonly perSecond: number }
  | { readonly kind: 'stop' }
  | { readonly kind: 'close' }

/** What it says: how much the brokers have, and the end of each order. */
export type Word =
  | { readonly kind: 'sent'; readonly sent: Sent }
  | { readonly kind: 'done'; readonly isOver: boolean; readonly figures: PaceFigures | null }
