-- An entry is written when its command begins and again when it ended, so that one that died is there too.
ALTER TABLE {database}.audit_log {cluster}
    ADD COLUMN IF NOT EXISTS ended_at Nullable(DateTime64(3, 'UTC')) COMMENT 'When it ended; null: it is under way, or died' AFTER version;
ALTER TABLE {database}.audit_log {cluster}
    COMMENT COLUMN IF EXISTS at 'When the command began';
ALTER TABLE {database}.audit_log {cluster}
    COMMENT COLUMN IF EXISTS command 'As it is typed, without its arguments: deploy, privacy erase, …';
ALTER TABLE {database}.audit_log {cluster}
    COMMENT COLUMN IF EXISTS version 'Time of writing in milliseconds: of the entries of a command the last one stands';
ALTER TABLE {database}.audit_log {cluster}
    COMMENT COLUMN IF EXISTS outcome 'begun (under way, or died), done, found (a finding) or failed';
