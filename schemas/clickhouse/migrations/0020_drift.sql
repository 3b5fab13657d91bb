-- What the drift monitor measures and says. Rows are of groups of people, never of one: values that fewer than privacy.min_group had are in no row.
-- A run's version is its as_of, so that the same run again is the same rows; what people say about it (baselines, labels, mutes) has the time of saying it.
CREATE TABLE IF NOT EXISTS {database}.drift_snapshots {cluster}
(
    as_of     DateTime64(3, 'UTC')   COMMENT 'End of the window that was measured; values of features are as of then',
    kind      LowCardinality(String) COMMENT 'What it is of: feature, trait, volume, freshness, machines, schema, segment, identity, dead_letters, consent or rule',
    name      String                 COMMENT 'Name of the feature or segment, channel/source, …',
    version   UInt64                 COMMENT 'as_of in milliseconds',
    window_ms UInt64                 COMMENT 'Length of the window, milliseconds',
    shape     LowCardinality(String) COMMENT 'distribution, count, share, freshness, set or fact: what counts means',
    edges_id  String                 COMMENT 'Frozen edges that a distribution is counted in, see drift_edges; empty for the others',
    counts    Array(UInt64)          COMMENT 'distribution: rows per bin, nulls last; count: how many; share: hits, of how many; freshness: last heard of, longest gap, in milliseconds; set: ids; fact: 1 or 0',
    rows      UInt64                 COMMENT 'Rows of a distribution, nulls included; else what counts adds up to or is of',
    nulls     UInt64                 COMMENT 'Of them without a value',
    zeros     UInt64                 COMMENT 'Of them exactly zero',
    fresh     UInt64                 COMMENT 'Of them in a category that the edges do not name: new, or rare when they were frozen',
    mean      Nullable(Float64)      COMMENT 'Mean of a numeric distribution',
    sd        Nullable(Float64)      COMMENT 'Its standard deviation (ddof 0)',
    grid      Array(Float64)         COMMENT 'Its quantiles at 0.005, 0.015 … 0.995, type 7; empty below 500 values',
    meaning   String                 COMMENT 'Hash of what the pipeline file says of the subject: another one is another rule or definition'
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(as_of)
ORDER BY (as_of, kind, name)
COMMENT 'What each drift run measured: read with FINAL';

CREATE TABLE IF NOT EXISTS {database}.drift_baselines {cluster}
(
    baseline_id String                         COMMENT 'Id of the baseline',
    version     UInt64                         COMMENT 'Milliseconds of the time of the last change',
    edges_id    String                         COMMENT 'Edges that windows are counted in while it is in force, see drift_edges',
    `from`      DateTime64(3, 'UTC')           COMMENT 'First as_of of its snapshots',
    `to`        DateTime64(3, 'UTC')           COMMENT 'Last as_of of its snapshots: it is compared with from then on',
    created_at  DateTime64(3, 'UTC')           COMMENT 'When it was made',
    pinned_at   Nullable(DateTime64(3, 'UTC')) COMMENT 'Since when it is in force: of all, the one pinned last is; null: never pinned',
    by          String                         COMMENT 'Account that made or pinned it; drift for the first one, which a run makes itself',
    reason      String                         COMMENT 'Why, in the words of whoever made it: no personal data'
)
ENGINE = {engine}(version)
ORDER BY baseline_id
COMMENT 'Baselines of the drift monitor: spans of snapshots, and which is pinned: read with FINAL';

CREATE TABLE IF NOT EXISTS {database}.drift_edges {cluster}
(
    edges_id   String                 COMMENT 'Id of the edges: only what was counted in the same ones compares',
    kind       LowCardinality(String) COMMENT 'feature, trait, identity or consent',
    name       String                 COMMENT 'Name of the feature, trait …',
    version    UInt64                 COMMENT 'As of which they were frozen, milliseconds',
    edges      Array(Float64)         COMMENT 'Inner edges of a numeric subject, ascending; bin i holds what is at or above edge i - 1 and below edge i',
    zeros      UInt8                  COMMENT '1: exact zeros have a bin of their own',
    categories Array(String)          COMMENT 'Of a categorical one: categories with bins of their own, most frequent first; each at least privacy.min_group people had',
    others     Array(String)          COMMENT 'Further known categories, counted together; each at least privacy.min_group people had'
)
ENGINE = {engine}(version)
ORDER BY (edges_id, kind, name)
COMMENT 'Frozen bins: read with FINAL';

CREATE TABLE IF NOT EXISTS {database}.drift_metrics {cluster}
(
    as_of              DateTime64(3, 'UTC')           COMMENT 'End of the window',
    kind               LowCardinality(String)         COMMENT 'What it is of, as in drift_snapshots',
    name               String                         COMMENT 'Name of the feature, channel/source …',
    reference          LowCardinality(String)         COMMENT 'weekday: the same weekday of the last four weeks; pinned: the baseline in force; none: there was nothing to compare with',
    version            UInt64                         COMMENT 'as_of in milliseconds',
    window_ms          UInt64                         COMMENT 'Length of the window, milliseconds',
    baseline_id        String                         COMMENT 'Baseline in force',
    edges_id           String                         COMMENT 'Edges of a distribution; empty for the others',
    n_ref              UInt64                         COMMENT 'Rows of the reference',
    n_cur              UInt64                         COMMENT 'Rows of the window',
    psi_jeffreys       Nullable(Float64)              COMMENT 'Population stability index, half a row more per bin, nats',
    psi_debiased       Nullable(Float64)              COMMENT 'What of it is more than chance',
    js_distance_base2  Nullable(Float64)              COMMENT 'Jensen-Shannon distance, base 2: 0 to 1',
    chi2_p             Nullable(Float64)              COMMENT 'p of the two-sample chi-squared test of the bins',
    wasserstein_norm   Nullable(Float64)              COMMENT 'First Wasserstein distance over the standard deviation of the reference (ddof 0), of the stored quantiles',
    ks_d               Nullable(Float64)              COMMENT 'Kolmogorov-Smirnov statistic of the stored quantiles: within 0.01 of that of all values where they are distinct',
    ks_p               Nullable(Float64)              COMMENT 'Its p for as many rows, as if they were all distinct',
    null_rate_ref      Nullable(Float64)              COMMENT 'Share of rows of the reference without a value',
    null_rate_cur      Nullable(Float64)              COMMENT 'The same of the window',
    zero_rate_ref      Nullable(Float64)              COMMENT 'Share of rows of the reference that are exactly zero',
    zero_rate_cur      Nullable(Float64)              COMMENT 'The same of the window',
    new_category_share Nullable(Float64)              COMMENT 'Share of rows in a category that the edges do not name',
    before             Nullable(Float64)              COMMENT 'Of the subject: from what it moved',
    after              Nullable(Float64)              COMMENT 'To what',
    unit               LowCardinality(String)         COMMENT 'What before and after are: psi, count, share, ms or fact',
    p                  Nullable(Float64)              COMMENT 'How probable a change as large is by chance; null: not asked',
    strength           Float64                        COMMENT 'How large the change is, in units of the smallest that is news',
    known              UInt8                          COMMENT '0: too little to say anything (insufficient_data), which is no ok',
    severity           LowCardinality(String)         COMMENT 'info, warn or critical in this window, whether or not it is an alert yet; empty: none',
    recent             Array(LowCardinality(String))  COMMENT 'The same of the last three windows, newest last: two of three make an alert',
    open_since         Nullable(DateTime64(3, 'UTC')) COMMENT 'First window of the alert that is open after this one; null: none is',
    opened_at          Nullable(DateTime64(3, 'UTC')) COMMENT 'When it was opened',
    open_severity      LowCardinality(String)         COMMENT 'Worst of it so far; empty: none is open',
    open_inhibited     UInt8                          COMMENT '1: an alert upstream explained it when it was opened, nobody was told',
    calm               UInt8                          COMMENT 'Windows in a row that were calm: three close it'
)
ENGINE = {engine}(version)
PARTITION BY toYYYYMM(as_of)
ORDER BY (as_of, kind, name, reference)
COMMENT 'What moved against what, window by window, and what follows: read with FINAL';

CREATE TABLE IF NOT EXISTS {database}.drift_alerts {cluster}
(
    kind          LowCardinality(String)         COMMENT 'What it is of, as in drift_snapshots',
    name          String                         COMMENT 'Name of the feature, channel/source …',
    opened_at     DateTime64(3, 'UTC')           COMMENT 'Window that made it an alert',
    version       UInt64                         COMMENT 'as_of of the window that wrote the row, milliseconds',
    since         DateTime64(3, 'UTC')           COMMENT 'First window that was news',
    closed_at     Nullable(DateTime64(3, 'UTC')) COMMENT 'Third calm window in a row; null: it is open',
    severity      LowCardinality(String)         COMMENT 'Worst so far: info, warn or critical',
    inhibited     UInt8                          COMMENT '1: an alert upstream explains it, nobody is told',
    muted         String                         COMMENT 'Reason of the mute in force, nobody is told; empty: none',
    reference     LowCardinality(String)         COMMENT 'Reference that it differs most from: weekday or pinned; none: there is one only',
    before        Nullable(Float64)              COMMENT 'From what, in the window that wrote the row',
    after         Nullable(Float64)              COMMENT 'To what',
    unit          LowCardinality(String)         COMMENT 'What the two are: psi, count, share, ms or fact',
    p             Nullable(Float64)              COMMENT 'How probable a change as large is by chance; null: not asked',
    words         String                         COMMENT 'What moved, from what to what, since when',
    contributions Array(Tuple(bin String, before Float64, after Float64, psi Float64)) COMMENT 'Bins or categories that contribute most: shares before and after, and part of the PSI',
    causes        Array(Tuple(kind String, words String)) COMMENT 'What explains it: upstream, definition, import or label',
    segments      Array(String)                  COMMENT 'Segments whose rules read it, directly or not',
    owner         String                         COMMENT 'Who is told',
    runbook       String                         COMMENT 'What to do'
)
ENGINE = {engine}(version)
ORDER BY (kind, name, opened_at)
COMMENT 'Every alert of the drift monitor, opened and closed: read with FINAL';

CREATE TABLE IF NOT EXISTS {database}.drift_labels {cluster}
(
    label_id String                 COMMENT 'Id of the label',
    version  UInt64                 COMMENT 'Milliseconds of the time of the last change',
    kind     LowCardinality(String) COMMENT 'incident or campaign',
    `from`   DateTime64(3, 'UTC')   COMMENT 'Windows that end after this …',
    `to`     DateTime64(3, 'UTC')   COMMENT '… and begin before this leave the references',
    subjects Array(String)          COMMENT 'Subjects that it concerns, kind:name; empty: all',
    words    String                 COMMENT 'What happened, in the words of whoever says so: no personal data',
    by       String                 COMMENT 'Account that says so',
    removed  UInt8                  COMMENT '1: taken back'
)
ENGINE = {engine}(version)
ORDER BY label_id
COMMENT 'Incidents and campaigns, which leave the references of the drift monitor: read with FINAL';

CREATE TABLE IF NOT EXISTS {database}.drift_mutes {cluster}
(
    subject String               COMMENT 'Subject whose alerts nobody is told of, kind:name',
    version UInt64               COMMENT 'Milliseconds of the time of the last change',
    at      DateTime64(3, 'UTC') COMMENT 'Since when',
    until   DateTime64(3, 'UTC') COMMENT 'Until when; not after at: it was taken back',
    reason  String               COMMENT 'Why, in the words of whoever muted it: no personal data',
    by      String               COMMENT 'Account that muted it'
)
ENGINE = {engine}(version)
ORDER BY subject
COMMENT 'Subjects of the drift monitor of which nobody is told for a while: read with FINAL';
