import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { portNames, type StackPorts } from './ports.ts'

/** `process`: this machine's Java and Node; `docker`: containers of the official images. */
export type StackEngine = 'process' | 'docker'

/** What a stack's directory remembers between two `up`s. */
export interface StackState {
  readonly engine: StackEngine
  readonly ports: StackPorts
  readonly database: string
  /** Null: clients reach the broker directly only. */
  readonly kafkaWay: KafkaWay | null
}

/** A second door of the broker: who comes in by it is told to come back by `advertised`, where a proxy listens that can be cut. */
export interface KafkaWay {
  readonly port: number
  readonly advertised: number
}

const fileName = 'stack.json'

export function readState(directory: string): StackState | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, fileName), 'utf8'))
    return isState(value) ? { ...value, kafkaWay: value.kafkaWay ?? null } : null
  } catch {
    return null
  }
}

export function writeState(directory: string, state: StackState): void {
  mkdirSync(directory, { recursive: true })
  const file = join(directory, fileName)
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

/** Directories of earlier versions have no way. */
type Stored = Omit<StackState, 'kafkaWay'> & { readonly kafkaWay?: KafkaWay | null }

function isState(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false
  if (!('engine' in value) || !('ports' in value) || !('database' in value)) return false
  const { engine, ports, database } = value
  if (engine !== 'process' && engine !== 'docker') return false
  if (typeof database !== 'string' || typeof ports !== 'object' || ports === null) return false
  const numbers = new Map<string, unknown>(Object.entries(ports))
  return portNames.every((name) => Number.isInteger(numbers.get(name)))
}
