export type Severity = 'error' | 'warning' | 'info'

/** Every kind of finding about a pipeline file. An error keeps the file from being deployed. */
export const findingCodes = {
  file_too_large: 'The file is larger than a pipeline file can be.',
  yaml_syntax: 'The text is no valid YAML.',
  yaml_alias: 'Aliases expand beyond the limit.',
  yaml_depth: 'The file is nested too deeply.',
  unknown_key: 'A key that nothing reads.',
  missing_key: 'A key that must be there is not.',
  invalid_value: 'A value of the wrong type or form.',
  duplicate_name: 'Two things of one kind share a name.',
  reserved_name: 'A name that rules or columns already use.',
  unknown_event_type: 'An event type outside the vocabulary.',
  unknown_purpose: 'A purpose that `purposes` does not declare.',
  unknown_identifier_type: 'An identifier type outside the priority list.',
  identifier_shape: 'A setting that this type of identifier can not have.',
  invalid_pattern: 'A /pattern/ that is no regular expression.',
  slow_pattern: 'A /pattern/ that a text can keep busy for seconds, or for ever.',
  invalid_path: 'A path that cannot lie in an event.',
  invalid_rule: 'An expression that does not hold together.',
  feature_shape: 'A kind of feature lacks what it needs, or has what it cannot use.',
  invalid_derivation:
    'A feature derived of others that are missing, do not fit, or are derived of it.',
  invalid_window: 'A window that is not whole hours or days, or too long.',
  half_life_too_short: 'A half-life below 60 seconds.',
  money_without_currency: 'A feature that adds up money of unknown currency.',
  machine_rule_too_wide: 'A rule about machines that people would meet.',
  source_shape: 'A source whose parts do not fit together.',
  metric_shape: 'A success metric whose parts do not fit together.',
  sensitive_attribute: 'A name of a special category of personal data.',
  keep_shape: 'Something kept that can not be kept so.',
  kept_value_read: 'A rule that reads what is kept, and so sealed.',
  personal_without_keep:
    'A name of what names a person, without a word on how its values are kept.',
  state_too_large: 'Fragments could outgrow 256 KiB.',
  rule_unsatisfiable: 'A rule that can never hold.',
  rule_always_true: 'A rule that holds for everybody.',
  rule_contradiction: 'An enter and an exit that can hold at once.',
  rule_duplicate: 'Two segments whose rules always say the same.',
  rule_shadowed: 'A segment whose people are all taken by earlier ones of its group.',
  rule_undecided: 'A question about rules that intervals and lists of values cannot decide.',
  events_too_short: 'Events go before they have ceased to count for a feature.',
  segment_never_fired: 'A segment that nobody ever entered (lint --live).',
  segment_too_small: 'A segment of too few people to act on (lint --live).',
  segments_alike: 'Two segments with the same members (lint --live).',
  segment_contained: 'A segment most of whose members are in another one, too (lint --live).',
  segment_homogeneous:
    'A segment whose members differ from everybody else in nothing (lint --live).',
  review_overdue: 'A review date more than 183 days back.',
  too_many_segments: 'More segments than anybody keeps an eye on.',
  odd_drift_window: 'A window of the drift monitor below an hour or above 14 days.',
  unread_feature: 'A feature that no segment reads.',
  source_without_consent: 'A source that neither states a basis nor carries answers.',
  unused_purpose: 'A purpose that nothing names.',
} as const

export type FindingCode = keyof typeof findingCodes

/** One thing that is wrong or odd, and where: `line` and `column` count from 1, as editors do. */
export interface Finding {
  readonly severity: Severity
  readonly code: FindingCode
  readonly message: string
  /** Place in the file's structure, e.g. `segments[2].enter`. */
  readonly path: string
  readonly line: number
  readonly column: number
  readonly hint: string | null
}

export type FilePath = readonly (string | number)[]

/** A finding before it has a line: where in the structure, and how far inside the text that stands there. */
export interface Observation {
  readonly severity: Severity
  readonly code: FindingCode
  readonly message: string
  readonly hint?: string | null
  readonly path: FilePath
  /** Points at the key instead of its value. */
  readonly atKey?: true
  /** Characters from the start of the text at `path`. */
  readonly offset?: number
}

export const pathText = (path: FilePath): string =>
  path
    .map((part, index) =>
      typeof part === 'number' ? `[${part}]` : index === 0 ? part : `.${part}`,
    )
    .join('')

export const hasErrors = (findings: readonly Pick<Finding, 'severity'>[]): boolean =>
  findings.some(({ severity }) => severity === 'error')
