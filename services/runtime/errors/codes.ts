/** 1: a finding or failed check; 2: usage or configuration; 3: a dependency cannot be reached; 130: told to end before it was done. */
export type ExitCode = 1 | 2 | 3 | 130

export interface ErrorKind {
  readonly exitCode: ExitCode
  /** True when the same attempt may succeed later without anybody changing anything. */
  readonly retriable: boolean
  readonly meaning: string
  /** What to do about it. */
  readonly hint: string
}

const kind = (
  exitCode: ExitCode,
  retriable: boolean,
  meaning: string,
  hint: string,
): ErrorKind => ({ exitCode, retriable, meaning, hint })

/** Every error that Tributary raises by itself. The table in the documentation is generated from it. */
export const errorKinds = {
  TRB_USAGE: kind(
    2,
    false,
    'The command line cannot be understood.',
    'See the command with --help.',
  ),
  TRB_NOT_FOUND: kind(
    1,
    false,
    'What was asked for does not exist.',
    'Check the spelling, the database and the installation key.',
  ),
  TRB_WITHOUT_EFFECT: kind(
    1,
    false,
    'The command would change nothing about who is who, or a rule forbids what it asks for.',
    'tributary identity explain shows how things are, and why.',
  ),
  TRB_PLAN_CHANGED: kind(
    1,
    false,
    'What would be done is not what was planned.',
    'Plan again, look at it, and give its number.',
  ),
  TRB_GROUP_TOO_SMALL: kind(
    1,
    false,
    'So few people would be told of that somebody could be singled out.',
    'Ask for more people at once; or say why not: --allow-small-group REASON, which audit_log keeps.',
  ),
  TRB_CONFIG_INVALID: kind(
    2,
    false,
    'The configuration does not hold together.',
    'Correct the variables named in the message; --check-config lists all of them.',
  ),
  TRB_DEFINITION_INVALID: kind(
    2,
    false,
    'The pipeline file has mistakes.',
    'tributary lint FILE explains each with line and column.',
  ),
  TRB_DEFINITION_FORBIDDEN: kind(
    1,
    false,
    'The pipeline file changes what is fixed within a generation.',
    'Undo that part of the change, or rebuild into a new generation.',
  ),
  TRB_GENERATION_REPLACED: kind(
    2,
    false,
    'The process was started for a generation of profile.log that serves no more.',
    'Start it without TRIBUTARY_GENERATION: it then works for whichever generation serves.',
  ),
  TRB_REBUILD_UNDER_WAY: kind(
    1,
    false,
    'A new generation is being built, and this would change what it is built from.',
    'Wait until it serves (tributary rebuild status), or give it up: tributary rebuild abort.',
  ),
  TRB_INTERRUPTED: kind(
    130,
    false,
    'The command was told to end before it was done.',
    'Start it again: it goes on where it was.',
  ),
  TRB_KEY_INVALID: kind(
    2,
    false,
    'The installation key is missing or too weak.',
    'Set TRIBUTARY_KEY_FILE to a file with at least 32 random bytes, e.g. from: openssl rand -out key 32; or TRIBUTARY_KEY_COMMAND to a command that prints it.',
  ),
  TRB_KEY_MISMATCH: kind(
    2,
    false,
    'The installation key given here is not the one that the pseudonyms of this installation are made with.',
    'Give the recorded one (TRIBUTARY_KEY…, or TRIBUTARY_KEY_NEXT… while it takes over: docs/keys.md). With another key everybody would be somebody new.',
  ),
  TRB_SEAL_BROKEN: kind(
    1,
    false,
    'A sealed value cannot be opened.',
    'Open it with the installation key that sealed it (after a new key: TRIBUTARY_KEY_PREVIOUS…); if that is in place, the value was damaged.',
  ),
  TRB_KAFKA_UNAVAILABLE: kind(
    3,
    true,
    'Kafka cannot be reached or did not answer.',
    'Check KAFKA_BROKERS and the brokers; the process goes on by itself when they are back.',
  ),
  TRB_KAFKA_REFUSED: kind(
    2,
    false,
    'Kafka answers and refuses this client.',
    'Check KAFKA_USERNAME, KAFKA_PASSWORD, KAFKA_TLS, and what the brokers allow this user; tributary doctor names each permission.',
  ),
  TRB_PRODUCER_DEAD: kind(
    3,
    true,
    'The producer failed and can no longer tell what was written.',
    'Restart the process: it resends from its last committed position, and duplicates are dropped.',
  ),
  TRB_RECORD_TOO_LARGE: kind(
    1,
    false,
    'A record is larger than the limit of one request.',
    'Split it; the limit keeps below the message.max.bytes of a broker.',
  ),
  TRB_FRAME_TOO_LARGE: kind(
    1,
    false,
    'The messages of one flush for one target do not fit one frame.',
    'End the flush earlier: its frames must stay below the limit.',
  ),
  TRB_FRAME_INVALID: kind(
    1,
    false,
    'A record of an internal topic cannot be decoded.',
    'Something else wrote to that topic, or a newer version of Tributary did: upgrade this process.',
  ),
  TRB_GROUP_IN_USE: kind(
    1,
    false,
    'A consumer group has members, and what was asked for needs it empty.',
    'Stop every process of that service first; one that was killed counts until its session is over (KAFKA_SESSION_TIMEOUT_MS).',
  ),
  TRB_OFFSET_LOST: kind(
    1,
    false,
    'The position to go on from is not in the log any more.',
    'The records expired or the topic was created anew. Accept the gap with: tributary sources reset.',
  ),
  TRB_BATCH_UNREADABLE: kind(
    1,
    false,
    'A batch of records can not be unpacked: it would take more memory than there is for one, or it is damaged.',
    'Nothing of it is read, and nothing after it. Stop the service, move its consumer group to the offset after the batch with kafka-consumer-groups.sh, and start it again.',
  ),
  TRB_TOPIC_MISSING: kind(
    2,
    false,
    'A topic does not exist.',
    'Create it; for the topics of Tributary itself: tributary topics apply.',
  ),
  TRB_TOPIC_MISMATCH: kind(
    2,
    false,
    'A topic is not as it was declared.',
    'See what differs with: tributary topics plan. Settings are put right by: tributary topics apply. The partition count of profile.log can never change in place.',
  ),
  TRB_REGISTRY_UNAVAILABLE: kind(
    3,
    true,
    'The schema registry cannot be reached.',
    'Check REGISTRY_URL and the registry; known schemas go on, unknown ones wait.',
  ),
  TRB_SCHEMA_INCOMPATIBLE: kind(
    2,
    false,
    'The registry refuses a schema because readers of the last version could not read it.',
    'Add fields with defaults only, and remove only fields that have one.',
  ),
  TRB_SCHEMA_INVALID: kind(
    2,
    false,
    'A schema cannot be used.',
    'Correct the schema; Avro records are supported in the Confluent wire format.',
  ),
  TRB_CLICKHOUSE_UNAVAILABLE: kind(
    3,
    true,
    'ClickHouse cannot be reached or did not answer.',
    'Check CLICKHOUSE_URL and the server; services go on by themselves when it is back.',
  ),
  TRB_CLICKHOUSE_DENIED: kind(
    2,
    false,
    'ClickHouse answers and refuses this user.',
    'Check CLICKHOUSE_USER, CLICKHOUSE_PASSWORD, and what is granted to this user; tributary doctor names each permission.',
  ),
  TRB_CLICKHOUSE_REFUSED: kind(
    1,
    false,
    'ClickHouse refused a statement or rows, and would refuse them again.',
    'If a table or column is missing: tributary migrate. Otherwise see the message of ClickHouse.',
  ),
  TRB_SINK_CLOSED: kind(
    1,
    true,
    'Rows were not stored because the process is stopping.',
    'Nothing is lost: they are made again from the log at the next start.',
  ),
  TRB_MIGRATION_CHANGED: kind(
    2,
    false,
    'A migration that was applied differs from the file of the same number.',
    'Restore the file and put the change into a new migration.',
  ),
  TRB_COLUMN_TYPE_CHANGED: kind(
    2,
    false,
    'A feature or trait would change the type of its column.',
    'Give it a new name: its old values stay readable under the old one.',
  ),
  TRB_DEPENDENCY_UNAVAILABLE: kind(
    3,
    true,
    'A dependency did not become available in time.',
    'Start it, or correct its address.',
  ),
  TRB_SHUTDOWN_SLOW: kind(
    1,
    true,
    'A part did not stop in time.',
    'Nothing is lost: what was not committed is done again at the next start.',
  ),
  TRB_STATE_IN_USE: kind(
    1,
    false,
    'A state directory belongs to another running process.',
    'Stop that process, or give each process a TRIBUTARY_STATE_DIR of its own.',
  ),
  TRB_STATE_FULL: kind(
    1,
    true,
    'A state cannot be written because its disk is full.',
    'Make room under TRIBUTARY_STATE_DIR: the partition goes on by itself. Nothing is lost meanwhile, the log keeps what comes.',
  ),
  TRB_STATE_FOREIGN: kind(
    1,
    false,
    'A state directory holds the state of another log, partition or version.',
    'It was moved aside and is not used. Give each installation a TRIBUTARY_STATE_DIR of its own; what was moved can be deleted if nobody needs it.',
  ),
  TRB_STATE_CORRUPT: kind(
    1,
    false,
    'A state directory is damaged.',
    'It was moved aside and is not used; a checkpoint or the log takes its place. Check the disk, then delete what was moved.',
  ),
  TRB_STATE_TOO_OLD: kind(
    1,
    false,
    'The log no longer holds what a state needs to go on.',
    "Put a checkpoint from after the log's start into TRIBUTARY_CHECKPOINT_DIR and restart, or rebuild into a new generation.",
  ),
  TRB_CHECKPOINT_INVALID: kind(
    1,
    false,
    'A checkpoint is damaged.',
    'It was set aside and an older one is taken. Check the storage behind TRIBUTARY_CHECKPOINT_DIR, then delete what was set aside.',
  ),
  TRB_CHECKPOINT_FOREIGN: kind(
    1,
    false,
    'A checkpoint is of another cluster, topic, prefix or version.',
    'It was left where it is and is not used. Give each installation a TRIBUTARY_CHECKPOINT_DIR of its own.',
  ),
  TRB_CHECKPOINT_MISSING: kind(
    1,
    true,
    'A checkpoint is not there any more.',
    'Another process removed it meanwhile, or the storage behind TRIBUTARY_CHECKPOINT_DIR is away.',
  ),
  TRB_LOG_BEFORE_DEFINE: kind(
    1,
    false,
    'A partition of profile.log has messages before its first definition.',
    'Deploy before anything is sent: tributary deploy. Channels wait until every partition has its Define.',
  ),
  TRB_INTERNAL: kind(
    1,
    false,
    'Something that cannot happen happened.',
    'Please report it with the message and the version (tributary --version).',
  ),
} as const satisfies Record<`TRB_${string}`, ErrorKind>

export type ErrorCode = keyof typeof errorKinds
