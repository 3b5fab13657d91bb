import { z } from 'zod'

/** Values that name somebody and are kept: `clear` is plain in the table `profiles` alone, `sealed` nowhere. */
export const keepSchema = z
  .enum(['clear', 'sealed'])
  .describe(
    'Values are sealed per fragment before they leave the channel. `clear`: plain in the table `profiles`, and there alone; `sealed`: opened by `privacy access` alone. No rule may read them',
  )

export type Keep = z.infer<typeof keepSchema>

/** A path, or a path with what becomes of its values. */
export const keptPropertySchema = z.union([
  z.string().min(1).describe('Plain in `events`, without addresses and numbers that name somebody'),
  z.strictObject({ path: z.string().min(1), keep: keepSchema }),
])

export type KeptProperty = z.infer<typeof keptPropertySchema>

export const keptPath = (kept: KeptProperty): string =>
  typeof kept === 'string' ? kept : kept.path
