import { ClickHouseError } from '@clickhouse/client'
import { asError, type ErrorCode, TributaryError } from '../errors/index.ts'
import { shownText } from './shown-text.ts'

/**
 * Server errors that go away by themselves, by code. Everything else that the server says is about the statement or the rows and
 * would be said again. Source: src/Common/ErrorCodes.cpp of ClickHouse.
 */
const retriableCodes: ReadonlyMap<string, string> = new Map([
  ['3', 'UNEXPECTED_END_OF_FILE'],
  ['32', 'ATTEMPT_TO_READ_AFTER_EOF'],
  ['33', 'CANNOT_READ_ALL_DATA'],
  ['159', 'TIMEOUT_EXCEEDED'],
  ['164', 'READONLY'],
  ['201', 'QUOTA_EXCEEDED'],
  ['202', 'TOO_MANY_SIMULTANEOUS_QUERIES'],
  ['203', 'NO_FREE_CONNECTION'],
  ['209', 'SOCKET_TIMEOUT'],
  ['210', 'NETWORK_ERROR'],
  ['225', 'NO_ZOOKEEPER'],
  ['236', 'ABORTED'],
  ['241', 'MEMORY_LIMIT_EXCEEDED'],
  ['242', 'TABLE_IS_READ_ONLY'],
  ['243', 'NOT_ENOUGH_SPACE'],
  ['252', 'TOO_MANY_PARTS'],
  ['285', 'TOO_FEW_LIVE_REPLICAS'],
  ['286', 'UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE'],
  ['287', 'UNKNOWN_FORMAT_VERSION'],
  ['289', 'REPLICA_IS_NOT_IN_QUORUM'],
  ['319', 'UNKNOWN_STATUS_OF_INSERT'],
  ['394', 'QUERY_WAS_CANCELLED'],
  ['425', 'SYSTEM_ERROR'],
  ['439', 'CANNOT_SCHEDULE_TASK'],
  ['473', 'DEADLOCK_AVOIDED'],
  ['499', 'S3_ERROR'],
  ['689', 'CANNOT_SCHEDULE_TASK_IN_POOL'],
  ['745', 'SERVER_OVERLOADED'],
  ['999', 'KEEPER_EXCEPTION'],
  ['1000', 'POCO_EXCEPTION'],
])

/** It knows no such user, or the user may not do this: about the account, whatever the statement is. */
const deniedCodes: ReadonlyMap<string, string> = new Map([
  ['192', 'UNKNOWN_USER'],
  ['193', 'WRONG_PASSWORD'],
  ['194', 'REQUIRED_PASSWORD'],
  ['195', 'IP_ADDRESS_NOT_ALLOWED'],
  ['291', 'DATABASE_ACCESS_DENIED'],
  ['497', 'ACCESS_DENIED'],
  ['516', 'AUTHENTICATION_FAILED'],
])

/** Retriable, since an operator may mean it for a while; whoever waits should know what for. */
const readonlyCode = '164'
const readonlyHint =
  'CLICKHOUSE_USER may only read at the moment (its setting `readonly`): give it a settings profile without, or name another user. Services go on by themselves then.'

interface Address {
  readonly url: string
  readonly database: string
}

/**
 * An error of a statement: what the server refused, or that it cannot be reached. The server's error is no cause of it, since logs print
 * causes, and its text has the statement.
 */
export function toClickHouseError(error: unknown, at: Address): TributaryError {
  if (error instanceof TributaryError) return error
  const cause = asError(error)
  if (!(cause instanceof ClickHouseError)) return unreachable(cause, at)
  const context = { clickhouse_code: cause.code, clickhouse_type: cause.type ?? null }
  return new TributaryError(
    codeOf(cause),
    `ClickHouse at ${hostOf(at.url)}, database ${at.database}: ${nameOf(cause)}: ${shownText(cause.message, cause.type)}`,
    { context, ...hintOf(cause) },
  )
}

/** As above, for rows: the server's text quotes what it could not parse, so only names are taken from it. */
export function toInsertError(error: unknown, table: string, at: Address): TributaryError {
  const cause = asError(error)
  if (!(cause instanceof ClickHouseError)) return unreachable(cause, at)
  const column = columnIn(cause.message)
  return new TributaryError(
    codeOf(cause),
    `ClickHouse refused rows for ${at.database}.${table}: ${nameOf(cause)}${column === null ? '' : `, column ${column}`}`,
    {
      context: { table, clickhouse_code: cause.code, clickhouse_type: cause.type ?? null, column },
      ...hintOf(cause),
    },
  )
}

function codeOf({ code }: ClickHouseError): ErrorCode {
  if (retriableCodes.has(code)) return 'TRB_CLICKHOUSE_UNAVAILABLE'
  return deniedCodes.has(code) ? 'TRB_CLICKHOUSE_DENIED' : 'TRB_CLICKHOUSE_REFUSED'
}

const hintOf = ({ code }: ClickHouseError): { readonly hint?: string } =>
  code === readonlyCode ? { hint: readonlyHint } : {}

const nameOf = (error: ClickHouseError): string => `${error.type ?? 'error'} (code ${error.code})`

function columnIn(message: string): string | null {
  const match =
    /while reading the value of key (\w+)/.exec(message) ??
    /Unknown field found while parsing \w+ format: (\w+)/.exec(message) ??
    /No such column (\w+)/.exec(message) ??
    /[Cc]olumn '?(\w+)'?/.exec(message)
  return match?.[1] ?? null
}

/** Neither a proxy's answer nor a broken socket carries a ClickHouse code; both pass. */
function unreachable(cause: Error, at: Address): TributaryError {
  const where = `ClickHouse at ${hostOf(at.url)}`
  if ('code' in cause && typeof cause.code === 'string')
    return new TributaryError(
      'TRB_CLICKHOUSE_UNAVAILABLE',
      `${where} cannot be reached: ${cause.code}`,
      { cause },
    )
  const what = shownText(cause.message, undefined).slice(0, 200) || 'empty text'
  return new TributaryError(
    'TRB_CLICKHOUSE_UNAVAILABLE',
    `${where} does not answer as ClickHouse does: ${what}`,
  )
}

/** Without the credentials that a URL may carry. */
function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an address that is no URL'
}
