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
}

const fileName = 'stack.json'

export function readState(directory: string): StackState | null {
  try {
    const value: unknown = JSON.parse(readFileSync(join(directory, fileName), 'utf8'))
    return isState(value) ? value : null
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

function isState(value: unknown): value is StackState {
  if (typeof value !== 'object' || value === null) return false
  if (!('engine' in value) || !('ports' in value) || !('database' in value)) return false
  const { engine, ports, database } = value
  if (engine !== 'process' && engine !== 'docker') return false
  if (typeof database !== 'string' || typeof ports !== 'object' || ports === null) return false
  const numbers = new Map<string, unknown>(Object.entries(ports))
  return portNames.every((name) => Number.isInteger(numbers.get(name)))
}
