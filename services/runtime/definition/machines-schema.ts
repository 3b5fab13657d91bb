import { z } from 'zod'
import type { MachineRules } from '../machines/rules.ts'
import { durationMs, durationSchema } from './schema-parts.ts'

const off = z.literal('off')

/**
 * The defaults keep clear of people rather than catch every machine: what is taken for a machine's is no interest, and nobody notices.
 * Scanners of mail open all links of a message at once, within a second or two; readers open one or two, three at most, and need seconds
 * to find the next. Between the arrival of a message and a person's click lie its showing, her finding it, and its loading. Six views a
 * second for ten seconds is no reading; lists that tell each of their tiles as a view may come near, and want more.
 */
export const machinesSchema = z
  .strictObject({
    click_burst: z
      .union([
        off,
        z.strictObject({
          links: z.int().min(2).max(16).default(4).describe('Different links, of any messages'),
          within: durationSchema.default('2s').describe('From the first click to the last'),
        }),
      ])
      .prefault({})
      .describe('Many different links clicked at once: a scanner of mail'),
    click_on_delivery: z
      .union([
        off,
        z.strictObject({
          within: durationSchema.default('1s').describe('Before or after the delivery'),
        }),
      ])
      .prefault({})
      .describe('A click as soon as its message was delivered'),
    rate: z
      .union([
        off,
        z.strictObject({
          events: z.int().min(2).max(1_000_000).default(60).describe('Views, opens and clicks'),
          within: durationSchema.default('10s').describe('Windows begin at multiples of it'),
        }),
      ])
      .prefault({})
      .describe('More views and clicks than anybody makes; imports are not counted'),
  })
  .describe(
    'Machines known by what they do. Their events are kept with the reason, and are no interest unless a feature says `include_machine`.',
  )

export type MachinesDefinition = z.infer<typeof machinesSchema>

export const compileMachines = (machines: MachinesDefinition): MachineRules => ({
  clickBurst:
    machines.click_burst === 'off'
      ? null
      : {
          links: machines.click_burst.links,
          withinMs: durationMs(machines.click_burst.within),
        },
  clickOnDelivery:
    machines.click_on_delivery === 'off'
      ? null
      : { withinMs: durationMs(machines.click_on_delivery.within) },
  rate:
    machines.rate === 'off'
      ? null
      : { events: machines.rate.events, withinMs: durationMs(machines.rate.within) },
})

/** What stands where a file says nothing. */
export const defaultMachineRules: MachineRules = compileMachines(machinesSchema.parse({}))
