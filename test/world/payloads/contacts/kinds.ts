import type { Act } from '../../acts.ts'

/** What a CRM tells of its contacts. */
export type ContactKind =
  | 'contact_created'
  | 'contact_email'
  | 'contact_phone'
  | 'contact_tier'
  | 'contact_merge'

export type ContactAct = Act & { readonly kind: ContactKind }
