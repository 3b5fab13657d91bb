import { StackError } from './errors.ts'
import type { Component } from './paths.ts'
import { freePorts, isFree, type StackPorts } from './ports.ts'

export type WantedPorts = Partial<Record<Component, number>>

/**
 * Settles each port: asked for, else the one of the last time, else a free one.
 * A component that runs keeps the port it has; a remembered port that a stranger took is replaced.
 */
export async function choosePorts(
  known: StackPorts | null,
  wanted: WantedPorts,
  up: readonly Component[],
): Promise<StackPorts> {
  const spare = await freePorts(4)
  const settle = async (component: Component, nth: number): Promise<number> => {
    const asked = wanted[component]
    const before = known?.[component]
    if (up.includes(component) && before !== undefined) {
      if (asked === undefined || asked === before) return before
      throw new StackError(
        'usage',
        `${component} already runs on port ${before}, not ${asked}.`,
        'Stop the stack first, or leave the port out.',
      )
    }
    if (asked !== undefined) {
      if (await isFree(asked)) return asked
      throw new StackError('port_taken', `Port ${asked} for ${component} is taken.`)
    }
    return before !== undefined && (await isFree(before)) ? before : (spare[nth] ?? 0)
  }
  const controller = known?.kafkaController
  const keepsController =
    controller !== undefined && (up.includes('kafka') || (await isFree(controller)))
  return {
    kafka: await settle('kafka', 0),
    registry: await settle('registry', 1),
    clickhouse: await settle('clickhouse', 2),
    kafkaController: keepsController ? controller : (spare[3] ?? 0),
  }
}
