/** What no person does, as a pipeline file states it. null: the rule is off. */
export interface MachineRules {
  /** So many different links clicked, the first and the last of them at most `withinMs` apart. */
  readonly clickBurst: ClickBurst | null
  /** A click at most `withinMs` from the delivery of its message. */
  readonly clickOnDelivery: { readonly withinMs: number } | null
  /** So many views and clicks in one window of `withinMs`; windows begin at its multiples. The window after it is the machine's, too. */
  readonly rate: Rate | null
}

export interface ClickBurst {
  readonly links: number
  readonly withinMs: number
}

export interface Rate {
  readonly events: number
  readonly withinMs: number
}

/** Why behaviour alone shows a machine. The first that holds is an event's reason. */
export const machineReasons = ['click_burst', 'click_on_delivery', 'rate'] as const
export type MachineReason = (typeof machineReasons)[number]
