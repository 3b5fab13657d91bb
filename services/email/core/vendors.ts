import { envelope } from '#runtime/channel/core/envelope/envelope.ts'
import { importRow } from '#runtime/channel/core/envelope/import-row.ts'
import { mapped } from '#runtime/channel/core/map/mapped.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { brevo } from './brevo.ts'
import { mailjet } from './mailjet.ts'
import { mandrill } from './mandrill.ts'
import { mailgun } from './mailgun.ts'
import { postmark } from './postmark.ts'
import { resend } from './resend.ts'
import { sendgrid } from './sendgrid.ts'
import { ses } from './ses.ts'
import { sparkpost } from './sparkpost.ts'

/** Whom the email channel understands. The order is that of detection: the most telling first. */
export const emailVendors: readonly Vendor[] = [
  sendgrid,
  mailgun,
  postmark,
  ses,
  sparkpost,
  mandrill,
  mailjet,
  brevo,
  resend,
  envelope,
  mapped,
  importRow,
]
