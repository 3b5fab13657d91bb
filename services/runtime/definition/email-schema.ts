import { z } from 'zod'

/** What may stand in `identity.types.email` alone; `checks/check-identity.ts` refuses it elsewhere. */
export const emailSettings = {
  normalise: z
    .strictObject({
      plus: z
        .enum(['keep', 'strip'])
        .default('keep')
        .describe('strip: anna+news@shop.example is anna@shop.example, at any domain'),
      dots: z
        .enum(['keep', 'strip'])
        .default('keep')
        .describe('strip: dots in names at Gmail mean nothing, and googlemail.com is gmail.com'),
    })
    .optional()
    .describe(
      'For email: which spellings are one mailbox. Fixed within a generation (default: as written).',
    ),
  role: z
    .enum(['keep', 'block'])
    .optional()
    .describe(
      'For email: whether addresses of a function (info@, sales@) are no evidence. Fixed within a generation (default: keep; they are flagged).',
    ),
  disposable: z
    .enum(['keep', 'block'])
    .optional()
    .describe(
      'For email: whether addresses at throwaway domains are no evidence. Fixed within a generation (default: keep; they are flagged).',
    ),
}
