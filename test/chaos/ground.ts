import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { RunningStack } from '../../infra/local/stack/local-stack.ts'
import { type Installation, installOn } from '../support/pipeline/install.ts'
import { createTcpProxy, type TcpProxy } from '../support/pipeline/tcp-proxy.ts'
import { startOwnStack } from '../support/stack/own-stack.ts'
import type { Undoing } from '../support/undoing.ts'
import { checkout } from '../world/demo/directory.ts'
import { mountStateRoom, type StateRoom } from '../support/state/state-room.ts'

/** A stack of the run's own with a Tributary on it, and the ways between the two that can be cut. */
export interface Ground {
  readonly directory: string
  readonly stack: RunningStack
  readonly installation: Installation
  readonly kafkaWay: TcpProxy | string
  readonly clickhouseWay: TcpProxy
  readonly stateRoom: StateRoom | string
  /** What leads services by the ways. */
  readonly environment: Readonly<Record<string, string>>
}

/** As small as settings allow, about: they are full within a minute, so that whatever still grows after it is none of them. */
const smallCaches = {
  TRIBUTARY_HOT_MAX: '500',
  TRIBUTARY_IDENTITY_HOT_MAX: '1000',
}

export interface GroundOptions {
  readonly environment: Readonly<Record<string, string>>
  /** Of the file system for states. */
  readonly stateMegabytes: number
  readonly keep: boolean
  readonly undoing: Undoing
}

const root = join(checkout, '.tributary', 'chaos')

export async function prepareGround(options: GroundOptions): Promise<Ground> {
  const { undoing, keep } = options
  mkdirSync(root, { recursive: true })
  const directory = mkdtempSync(join(root, 'run-'))
  undoing.push(() => {
    if (!keep) rmSync(directory, { recursive: true, force: true })
    if (readdirSync(root).length === 0) rmSync(root, { recursive: true, force: true })
  })
  const { stack, kafkaWay } = await startOwnStack({
    directory,
    environment: options.environment,
    undoLater: (undo) => undoing.push(undo),
  })
  const clickhouseWay = await createTcpProxy(stack.clickhouse.url)
  undoing.push(async () => clickhouseWay.close())
  const home = join(directory, 'installation')
  mkdirSync(home)
  const installation = await installOn(
    {
      kafkaBrokers: stack.kafka.brokers,
      registryUrl: stack.registry.url,
      clickhouseUrl: stack.clickhouse.url,
    },
    { directory: home },
  )
  undoing.push(async () => installation.close())
  const stateRoom = mountStateRoom(join(installation.directory, 'state'), options.stateMegabytes)
  if (typeof stateRoom !== 'string')
    undoing.push(async () => {
      // Processes that still run would keep it busy.
      await installation.endProcesses()
      stateRoom.unmount()
    })
  return {
    directory,
    stack,
    installation,
    kafkaWay,
    clickhouseWay,
    stateRoom,
    environment: {
      CLICKHOUSE_URL: clickhouseWay.url,
      ...smallCaches,
      ...(typeof kafkaWay === 'string' ? {} : { KAFKA_BROKERS: `127.0.0.1:${kafkaWay.port}` }),
    },
  }
}
