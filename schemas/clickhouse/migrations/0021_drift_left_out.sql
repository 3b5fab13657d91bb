-- An outage that alerts have told of is no reference: how many windows of one that kept out stands beside its rows.
ALTER TABLE {database}.drift_metrics {cluster}
    ADD COLUMN IF NOT EXISTS left_out UInt16 COMMENT 'Windows that alerts have left out of the reference: its source was silent or far from its volume then, or the subject itself was an alert because of that' AFTER n_ref;

ALTER TABLE {database}.drift_snapshots {cluster}
    COMMENT COLUMN IF EXISTS kind 'What it is of: feature, trait, volume, freshness, lag, nulls, machines, schema, segment, identity, dead_letters, consent or rule';
