import type { DecisionView, IdentifierView } from '../explain/explain-view.ts'

/** What `identity split`, `unsplit` and `merge` say. Field names are those of its JSON. */
export interface OperationView {
  readonly action: string
  /** Nothing was sent. */
  readonly dry_run: boolean
  /** Takes all of it back: `identity unsplit --command`. */
  readonly command_id: string
  readonly commands: readonly {
    readonly action: string
    readonly command_id: string
    readonly identifiers: readonly IdentifierView[]
  }[]
  readonly by: string
  readonly reason: string
  /** The profiles that it is about, before and after; not waited for: as they will be, from what is known now. */
  readonly before: readonly GroupView[]
  readonly after: readonly GroupView[]
  readonly decisions: readonly DecisionView[]
  /** The tables show it. */
  readonly done: boolean
  /** False: there are more links than may be read, and the linker may come to something else. */
  readonly complete: boolean
  /** Of those that a merge names, whom nobody was known by until now. */
  readonly unknown: readonly IdentifierView[]
}

export interface GroupView {
  readonly profile_id: string
  readonly identifiers: readonly IdentifierView[]
}
