-- Of more than a million values half a million at least are drawn and put in order.
ALTER TABLE {database}.drift_snapshots {cluster}
    COMMENT COLUMN IF EXISTS grid 'Its quantiles at 0.005, 0.015 … 0.995, type 7; empty below 500 values; of more than a million values those of some that are drawn, half a million at least';

ALTER TABLE {database}.drift_metrics {cluster}
    COMMENT COLUMN IF EXISTS ks_d 'Kolmogorov-Smirnov statistic of the stored quantiles: within 0.01 of that of all values where they are distinct, within 0.02 where there are more than a million';
