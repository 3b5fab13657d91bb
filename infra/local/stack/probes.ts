import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { StackError } from './errors.ts'
import { isAlive, type ProcessIdentity } from './process-identity.ts'

export type Probe = () => Promise<boolean>

/** Succeeds when something accepts a TCP connection on loopback. */
export function tcpProbe(port: number): Probe {
  return () =>
    new Promise((resolve) => {
      const socket = connect({ port, host: '127.0.0.1', timeout: 500 })
      const answer = (ready: boolean): void => {
        socket.destroy()
        resolve(ready)
      }
      socket.once('connect', () => {
        answer(true)
      })
      socket.once('error', () => {
        answer(false)
      })
      socket.once('timeout', () => {
        answer(false)
      })
    })
}

/** Succeeds when the address answers 2xx. */
export function httpProbe(url: string): Probe {
  return async () => {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(1_000) })
      await response.arrayBuffer()
      return response.ok
    } catch {
      return false
    }
  }
}

export interface Readiness {
  readonly name: string
  readonly probe: Probe
  readonly identity: ProcessIdentity
  readonly logFile: string
  readonly timeoutMs: number
}

/** Asks until the component answers; fails at once when its process has ended. */
export async function untilReady(what: Readiness): Promise<void> {
  const deadline = performance.now() + what.timeoutMs
  while (!(await what.probe())) {
    if (!isAlive(what.identity)) throw failed(what, `${what.name} ended while starting`)
    if (performance.now() > deadline) {
      throw failed(what, `${what.name} was not ready within ${what.timeoutMs / 1000} s`)
    }
    await sleep(50)
  }
}

function failed(what: Readiness, message: string): StackError {
  return new StackError(
    'start_failed',
    message,
    `${what.logFile} ends with:\n${tail(what.logFile)}`,
  )
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12).join('\n')
  } catch {
    return '(no log)'
  }
}
