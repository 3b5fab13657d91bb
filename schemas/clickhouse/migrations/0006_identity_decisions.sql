CREATE TABLE IF NOT EXISTS {database}.identity_decisions {cluster}
(
    decision_id String                 COMMENT 'Id of the decision, the same however often the linker is rebuilt',
    version     UInt64                 COMMENT 'Position of the link or command in identity.links',
    at          DateTime64(3, 'UTC')   COMMENT 'Log time of the decision',
    rule        LowCardinality(String) COMMENT 'Rule that decided',
    outcome     LowCardinality(String) COMMENT 'merge, refuse, demote, block, ambiguous, split, unsplit or erase',
    link_id     String                 COMMENT 'Link that was decided upon; empty for a command',
    evidence    Array(String)          COMMENT 'Ids of the events that are the evidence, or of the command',
    source      LowCardinality(String) COMMENT 'Source of the evidence',
    identifiers Array(String)          COMMENT 'Fragments that the evidence names',
    demoted     Array(String)          COMMENT 'Fragments that were left out of the link',
    before      Array(String)          COMMENT 'Profiles before',
    after       Array(String)          COMMENT 'Profiles after',
    INDEX identifiers_filter identifiers TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX before_filter before TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX after_filter after TYPE bloom_filter(0.01) GRANULARITY 1
)
ENGINE = {engine}(version)
ORDER BY decision_id
COMMENT 'Every decision of the linker, with rule, evidence, before and after';
