/** An incident or a campaign: windows in it leave the references. Times in milliseconds. */
export interface Label {
  readonly id: string
  readonly kind: string
  readonly from: number
  readonly to: number
  /** kind:name; empty: all subjects. */
  readonly subjects: readonly string[]
  readonly words: string
}

/** Which windows are left out, and of what. */
export type LeftOut = Pick<Label, 'from' | 'to' | 'subjects'>

/** Nobody is told of a subject for a while. */
export interface Mute {
  readonly subject: string
  readonly at: number
  readonly until: number
  readonly reason: string
}
