-- Which migrations this database has. Written after a migration's last statement, so an interrupted one runs again.
CREATE TABLE IF NOT EXISTS {database}.schema_migrations {cluster}
(
    version    UInt32                 COMMENT 'Number of the migration file',
    name       LowCardinality(String) COMMENT 'Name of the migration file, without number and ending',
    checksum   String                 COMMENT 'SHA-256 of the file as applied, hexadecimal',
    applied_at DateTime64(3, 'UTC')   COMMENT 'When it was applied'
)
ENGINE = {engine}(applied_at)
ORDER BY version
COMMENT 'Migrations applied to this database';
