import { one, type Row } from '../panels.ts'

/** What comes, how it goes through, and what waits. */
export const stream: readonly Row[] = [
  {
    title: 'Now',
    panels: [
      {
        ...one(
          'Calls',
          'Critical alerts that fire; each has a runbook of its name in docs/runbooks.',
          'none',
          'count(ALERTS{alertstate="firing",severity="critical"}) or vector(0)',
          '',
        ),
        kind: 'number',
        limits: { warn: 1, critical: 1 },
      },
      {
        ...one(
          'Tickets',
          'Alerts that fire and can wait for the morning.',
          'none',
          'count(ALERTS{alertstate="firing",severity="warn"}) or vector(0)',
          '',
        ),
        kind: 'number',
        limits: { warn: 1, critical: 20 },
      },
      {
        ...one(
          'Oldest waiting record',
          'Of all stages and partitions. An import under way waits on purpose.',
          's',
          'max(stage:tributary_stage_lag_seconds:max)',
          '',
        ),
        kind: 'number',
        limits: { warn: 600, critical: 3600 },
      },
      {
        ...one(
          'Slowest stage',
          'The one whose oldest record has waited longest.',
          's',
          'topk(1, stage:tributary_stage_lag_seconds:max)',
          '{{stage}}',
        ),
        kind: 'number',
      },
      {
        ...one(
          'Processes that do not answer',
          'Of all that Prometheus is told to ask.',
          'none',
          'count(up{job="tributary"} == 0) or vector(0)',
          '',
        ),
        kind: 'number',
        limits: { warn: 1, critical: 2 },
      },
      {
        ...one(
          'Last window of drift',
          'End of the last window that was looked at.',
          'dateTimeFromNow',
          'max(tributary_drift_last_run_timestamp_seconds) * 1000',
          '',
        ),
        kind: 'number',
      },
    ],
  },
  {
    title: 'Flow',
    panels: [
      one(
        'Events through each stage',
        'Events and messages in the records taken into work, those that came again included.',
        'ops',
        'stage:tributary_stage_events:rate5m',
        '{{stage}}',
      ),
      one(
        'Records by source',
        'What comes, as it comes.',
        'ops',
        'sum by (source) (rate(tributary_channel_records_total[5m]))',
        '{{source}}',
      ),
      {
        ...one(
          'Events by type',
          'What goes on to the homes. Types that nobody knows are "custom".',
          'ops',
          'topk(12, sum by (type) (rate(tributary_channel_events_total[5m])))',
          '{{type}}',
        ),
        kind: 'stacked',
      },
      one(
        'Made by machines',
        'Share of the events of a source that machines made, of any reason.',
        'percentunit',
        'sum by (source) (rate(tributary_channel_events_total{machine!="no"}[15m])) / sum by (source) (rate(tributary_channel_events_total[15m]))',
        '{{source}}',
      ),
      one(
        'Nobody known by',
        'Share of the events without any usable identifier.',
        'percentunit',
        'sum by (source) (rate(tributary_channel_events_total{attributed="false"}[15m])) / sum by (source) (rate(tributary_channel_events_total[15m]))',
        '{{source}}',
      ),
      one(
        'Hottest key of a partition',
        'Share of one fragment, profile or identifier in the messages of its partition; pipeline_hot_keys names it.',
        'percentunit',
        'topk(8, max by (kind, topic, partition) (tributary_hot_key_ratio))',
        '{{kind}} {{topic}}/{{partition}}',
      ),
    ],
  },
  {
    title: 'What waits, and why',
    panels: [
      {
        ...one(
          'Oldest waiting record by stage',
          '0: nothing waits. The highest line is the slow stage.',
          's',
          'stage:tributary_stage_lag_seconds:max',
          '{{stage}}',
        ),
        limits: { warn: 600, critical: 3600 },
      },
      one(
        'Events that wait by stage',
        'Over the rate beside it: how long it takes.',
        'short',
        'stage:tributary_stage_lag_events:sum',
        '{{stage}}',
      ),
      {
        ...one(
          'Where the time goes',
          "Seconds of a step in a second, over all partitions of a stage: a stage's highest step is what to look at.",
          's',
          'stage_step:tributary_step_seconds:rate5m',
          '{{stage}} {{step}}',
        ),
        kind: 'stacked',
      },
      {
        ...one(
          'Partitions that are behind',
          'By topic and partition, most behind first.',
          's',
          'topk(20, stage_topic_partition:tributary_stage_lag_seconds:max > 60)',
          '',
        ),
        kind: 'table',
      },
      {
        ...one(
          'Partitions that stand still',
          'By the code of the error; /health of the process says more.',
          'none',
          'tributary_profiles_partition_stopped == 1 or tributary_channel_partition_waiting == 1',
          '',
        ),
        kind: 'table',
      },
    ],
  },
]
