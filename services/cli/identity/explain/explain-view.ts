/** What `identity explain` says. Field names are those of its JSON. */
export interface ExplainView {
  readonly asked: readonly AskedView[]
  /** null: only one was asked for. */
  readonly one_person: boolean | null
  /** The profile, or the two. */
  readonly profiles: readonly ExplainedProfileView[]
  /** From the first to the second, when they are one person. */
  readonly path: readonly StepView[] | null
  /** Why they are not, the first reason first. */
  readonly apart: readonly ApartView[]
  /** Decisions about anybody of these profiles, oldest first. */
  readonly history: readonly DecisionView[]
  readonly evidence: EvidenceView
}

export interface IdentifierView {
  readonly type: string
  readonly pseudonym: string
}

export interface AskedView extends IdentifierView {
  readonly profile_id: string
  /** The junk rule that its value meets; null: none. */
  readonly blocked: string | null
  /** The profile that it belonged to over time; the first is its birth. */
  readonly was: readonly {
    readonly since: string
    readonly profile_id: string
    readonly decision_id: string | null
  }[]
}

export interface ExplainedProfileView {
  readonly profile_id: string
  /** Whose birth gave the profile its id. */
  readonly born_from: IdentifierView
  /** Other ids that mean this profile. */
  readonly aliases: readonly string[]
  readonly members: readonly MemberView[]
  /** Named beside members, and no evidence: shared devices, and values that linked too many. */
  readonly excluded: readonly SetAsideView[]
  /** Named beside members, and junk. */
  readonly blocked: readonly SetAsideView[]
  /** Operators' splits that part members from somebody. */
  readonly splits: readonly CommandView[]
}

export interface MemberView extends IdentifierView {
  readonly birth_profile_id: string
  /** The evidence that holds it, and to whom of the others; null: it is who the profile was born from. */
  readonly held_by: { readonly with: IdentifierView; readonly link: LinkView } | null
  /** It stayed with the others when this command took somebody away, whose evidence held them together. */
  readonly kept_by: CommandView | null
}

export interface SetAsideView extends IdentifierView {
  readonly rule: string
  readonly decision_id: string | null
  readonly links: readonly LinkView[]
}

export interface StepView {
  readonly from: IdentifierView
  readonly to: IdentifierView
  readonly link: LinkView
  /** Of that link. */
  readonly decisions: readonly DecisionView[]
}

export interface LinkView {
  readonly link_id: string
  /** link, or the action of a command. */
  readonly kind: string
  readonly fate: string
  readonly offset: number
  /** Of the event, or of the command. */
  readonly event_id: string
  readonly event_type: string
  readonly source: string
  readonly at: string
  readonly reason: string
  readonly identifiers: readonly IdentifierView[]
}

export interface CommandView {
  readonly command_id: string
  readonly action: string
  readonly by: string
  readonly reason: string
  readonly at: string
  readonly identifiers: readonly IdentifierView[]
}

export type ApartReason =
  | 'split'
  | 'refused'
  | 'excluded'
  | 'blocked'
  | 'aged'
  | 'parted'
  | 'no_evidence'
  | 'unknown'

export interface ApartView {
  readonly reason: ApartReason
  /** Of the decision, or of the junk list. */
  readonly rule: string | null
  /** Which of them conflict, or are no evidence. */
  readonly identifiers: readonly IdentifierView[]
  /** The links that would join them. */
  readonly links: readonly LinkView[]
  readonly decision_id: string | null
  readonly command: CommandView | null
  /** In words: what happened, and what would change it. */
  readonly why: string
  readonly change: string
}

export interface DecisionView {
  readonly id: string
  readonly at: string
  readonly offset: number
  readonly outcome: string
  readonly rule: string
  readonly link_id: string
  readonly evidence: readonly string[]
  readonly source: string
  readonly identifiers: readonly IdentifierView[]
  readonly demoted: readonly IdentifierView[]
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface EvidenceView {
  /** Links and commands that were read. */
  readonly records: number
  /** False: there are more than may be read, and what is said here may miss some. */
  readonly complete: boolean
  /** The linker has come at least to here; null: it has decided upon nothing. */
  readonly as_of: string | null
  /** Whether `profile_identifiers` says the same; it may lag for some seconds. */
  readonly agrees: boolean
  readonly differing: readonly {
    readonly identifier: IdentifierView
    readonly stored: string
    readonly refolded: string
  }[]
}
