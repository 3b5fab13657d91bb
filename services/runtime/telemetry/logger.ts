import { type DestinationStream, destination, pino, stdTimeFunctions } from 'pino'

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent'
export const logLevels = [
  'trace',
  'debug',
  'info',
  'warn',
  'error',
  'silent',
] as const satisfies readonly LogLevel[]

type LogFields = Readonly<Record<string, unknown>>

/** What code may log: fields first, then a sentence. Never personal data, keys or payloads. */
export interface Logger {
  trace(fields: LogFields, message: string): void
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(bindings: LogFields): Logger
}

export interface LoggerOptions {
  readonly service: string
  readonly level: LogLevel
  /** Default: stderr, written synchronously so that the last words of a process are not lost. */
  readonly stream?: DestinationStream
}

/** JSON lines on stderr: `{"level":"info","time":"…","service":"email",…,"msg":"…"}`. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.stream ?? destination({ fd: 2, sync: true }),
  )
}

/** For tests and for callers that have nowhere to log to. */
export const silentLogger: Logger = pino({ level: 'silent' })
