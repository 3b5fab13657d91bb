import type { Engine } from '#runtime/channel/core/engine.ts'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { silentTally, type Tally } from '#runtime/channel/core/outcome.ts'
import type { Vendor } from '#runtime/channel/core/source.ts'
import { createRules } from '#runtime/channel/shell/rules.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import type { Channel } from '#runtime/event/vocabulary.ts'
import { createPseudonymiser } from '#runtime/pseudonym/pseudonym.ts'

/** One vendor's records under a definition, of whom nobody was erased, into four partitions. */
export const engineOf = (
  definition: CompiledDefinition,
  channel: Channel,
  vendor: Vendor,
  tally: Partial<Tally> = {},
): Engine =>
  createRules(definition, {
    channel,
    vendors: [vendor],
    limits: defaultLimits,
    pseudonymiser: createPseudonymiser(new Uint8Array(32)),
    partitions: 4,
    suppressed: () => undefined,
    prefix: '',
    tally: { ...silentTally, ...tally },
  }).engine
