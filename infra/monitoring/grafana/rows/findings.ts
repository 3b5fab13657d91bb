import { one, type Row } from '../panels.ts'

/** Who is one person, what is refused, what drifts. */
export const findings: readonly Row[] = [
  {
    title: 'Who is one person',
    panels: [
      one(
        'Links and merges',
        'What the linker decided.',
        'ops',
        'deriv(what:tributary_identity_count:max{what=~"links|merges|split|commands"}[5m])',
        '{{what}}',
      ),
      one(
        'Refusals',
        'Share of the links of an hour, by what became of them.',
        'percentunit',
        'what:tributary_identity_count:ratio1h{what=~"ambiguous|automatic|blocked|cap|limit|unique"}',
        '{{what}}',
      ),
      {
        ...one(
          'Profiles by number of identifiers',
          'Many with hundreds are machines, tills or junk that no rule caught.',
          'short',
          'max by (identifiers) (tributary_identity_profiles)',
          '{{identifiers}}',
        ),
        kind: 'stacked',
      },
      {
        title: 'Under way between homes and the linker',
        description: 'Sent and not come yet: grows when one side stands still.',
        unit: 'short',
        queries: [
          {
            expr: 'sum(tributary_profiles_count{what="linksSent"}) - max(tributary_identity_count{what="links"}) + max(tributary_identity_count{what="repeated"})',
            legend: 'links',
          },
          {
            expr: 'max(tributary_identity_count{what="assignments"}) - sum(tributary_profiles_count{what="assignmentsReceived"})',
            legend: 'assignments',
          },
        ],
      },
    ],
  },
  {
    title: 'What is refused',
    panels: [
      {
        ...one(
          'Dead letters',
          'Records and events that could not be used, in the quarter of an hour before; docs/dead-letter-reasons.md.',
          'short',
          'topk(12, source_reason:tributary_channel_dead_letters:increase15m > 0)',
          '{{source}} {{reason}}',
        ),
        kind: 'stacked',
      },
      {
        ...one(
          'Share of what a source sends',
          'A ticket from 5 %, a call from half.',
          'percentunit',
          'source_reason:tributary_channel_dead_letters:ratio15m',
          '{{source}} {{reason}}',
        ),
        limits: { warn: 0.05, critical: 0.5 },
      },
      one(
        'Left out on purpose',
        'Events that a rule of ours or the file leaves out.',
        'ops',
        'sum by (source, reason) (rate(tributary_channel_dropped_total[15m]))',
        '{{source}} {{reason}}',
      ),
      one(
        'Types that nobody knows',
        'Kept as custom:…; tributary quality names them.',
        'ops',
        'sum by (source) (rate(tributary_channel_unknown_types_total[15m]))',
        '{{source}}',
      ),
      one(
        'Sensitive fields dropped',
        'By the name of the field.',
        'ops',
        'topk(8, sum by (source, field) (rate(tributary_channel_sensitive_fields_total[15m])))',
        '{{source}} {{field}}',
      ),
      one(
        'Values that name a person',
        'Left behind, by the field that they stood in: a source writes addresses or numbers where none belong.',
        'ops',
        'topk(8, sum by (source, field) (rate(tributary_channel_personal_values_total[15m])))',
        '{{source}} {{field}}',
      ),
      one(
        'Kept values lost',
        'destroyed: after an erasure, as it should be; broken: what was sealed is not what is there.',
        'ops',
        'sum by (why) (rate(tributary_profiles_kept_values_lost_total[15m]))',
        '{{why}}',
      ),
    ],
  },
  {
    title: 'Drift',
    panels: [
      {
        ...one(
          'Told, by severity',
          'Open alerts of which somebody is told.',
          'none',
          'sum by (severity) (kind_severity:tributary_drift_open_alerts:sum)',
          '{{severity}}',
        ),
        kind: 'number',
      },
      {
        ...one(
          'Explained or muted',
          'Open alerts of which nobody is told: something upstream explains them, or somebody muted them.',
          'none',
          'sum(tributary_drift_open_alerts{told="no"})',
          '',
        ),
        kind: 'number',
      },
      {
        ...one(
          'Too little to say',
          'Subjects of which the last run knew too little.',
          'none',
          'max(tributary_drift_insufficient_subjects)',
          '',
        ),
        kind: 'number',
      },
      {
        ...one(
          'Run late by',
          'Negative: the next run is due in so long.',
          's',
          'time() - max(tributary_drift_run_due_timestamp_seconds)',
          '',
        ),
        kind: 'number',
        limits: { warn: 600, critical: 3600 },
      },
      {
        ...one('Run took', 'Seconds of the last run.', 's', 'max(tributary_drift_run_seconds)', ''),
        kind: 'number',
      },
      {
        ...one(
          'What is told',
          'Since when, by subject, severity and owner; tributary drift alerts has the rest.',
          'dateTimeFromNow',
          'max by (kind, subject, severity, owner) (tributary_drift_alert_since_timestamp_seconds) * 1000',
          '',
        ),
        kind: 'table',
      },
      {
        ...one(
          'Open by kind',
          'docs/runbooks/drift.md has a section for each.',
          'none',
          'sum by (kind) (kind_severity:tributary_drift_open_alerts:sum) > 0',
          '{{kind}}',
        ),
        kind: 'stacked',
      },
      one(
        'Severity by subject',
        '1 info, 2 warn, 3 critical, explained and muted ones too.',
        'none',
        'topk(20, tributary_drift_subject_severity > 0)',
        '{{kind}} {{subject}}',
      ),
    ],
  },
]
