import { one, type Row } from '../panels.ts'

/** States on disk, and the processes themselves. */
export const processes: readonly Row[] = [
  {
    title: 'States',
    panels: [
      one(
        'Free on the disk of states',
        'A ticket below a tenth.',
        'percentunit',
        'tributary_state_disk_free_bytes{service=~"$service"} / tributary_state_disk_size_bytes',
        '{{service}} {{instance}}',
      ),
      one(
        'Age of the newest checkpoint',
        'A part to which nothing comes keeps its old one.',
        's',
        'time() - max by (service, part) (tributary_checkpoint_newest_timestamp_seconds{service=~"$service"})',
        '{{service}} {{part}}',
      ),
      {
        title: 'What went wrong with states in an hour',
        description:
          'Checkpoints that could not be written, and were passed over; states moved aside.',
        unit: 'none',
        queries: [
          {
            expr: 'sum by (service) (increase(tributary_checkpoint_failures_total{service=~"$service"}[1h]))',
            legend: '{{service}} not written',
          },
          {
            expr: 'sum by (service) (increase(tributary_checkpoints_refused_total{service=~"$service"}[1h]))',
            legend: '{{service}} passed over',
          },
          {
            expr: 'sum by (service) (increase(tributary_state_quarantined_total{service=~"$service"}[1h]))',
            legend: '{{service}} moved aside',
          },
        ],
      },
      one(
        'Writing a checkpoint takes',
        '99th percentile of an hour.',
        's',
        'histogram_quantile(0.99, sum by (service, le) (rate(tributary_checkpoint_seconds_bucket{service=~"$service"}[1h])))',
        '{{service}}',
      ),
      one(
        'Bytes of the erased in files',
        'Log time since the first of them; the file is written anew after a day.',
        's',
        'max by (service, part) (tributary_state_erased_bytes_age_seconds{service=~"$service"}) > 0',
        '{{service}} {{part}}',
      ),
      one(
        'Tried again with Kafka',
        'By what was tried.',
        'ops',
        'sum by (group, what) (rate(tributary_kafka_retries_total{service=~"$service"}[5m]))',
        '{{group}} {{what}}',
      ),
    ],
  },
  {
    title: 'Processes',
    panels: [
      one(
        'Parts that are not well',
        'By the first word of their check in /health.',
        'none',
        'sum by (service, check) (tributary_health_failing{service=~"$service"}) > 0',
        '{{service}} {{check}}',
      ),
      one(
        'CPU',
        'Of one core.',
        'percentunit',
        'rate(process_cpu_seconds_total{job="tributary",service=~"$service"}[5m])',
        '{{service}} {{instance}}',
      ),
      one(
        'Memory',
        'Resident; a mapped state counts where it is in use.',
        'bytes',
        'process_resident_memory_bytes{job="tributary",service=~"$service"}',
        '{{service}} {{instance}}',
      ),
      one(
        'Event loop, 99th percentile',
        'How long others wait for their turn; heartbeats among them.',
        's',
        'nodejs_eventloop_lag_p99_seconds{job="tributary",service=~"$service"}',
        '{{service}} {{instance}}',
      ),
      one(
        'Batches of channels, 99th percentile',
        'From the first record of a batch to its commit.',
        's',
        'histogram_quantile(0.99, sum by (service, le) (rate(tributary_channel_batch_seconds_bucket{service=~"$service"}[5m])))',
        '{{service}}',
      ),
      one(
        'Reports that were dropped',
        'Rows of pipeline_health that ClickHouse did not take: nothing else waits for them.',
        'ops',
        'sum by (service) (rate(tributary_health_reports_total{outcome="failed",service=~"$service"}[5m]))',
        '{{service}}',
      ),
    ],
  },
]
