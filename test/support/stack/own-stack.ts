import { join } from 'node:path'
import {
  type RunningStack,
  startLocalStack,
  stopLocalStack,
} from '../../../infra/local/stack/local-stack.ts'
import { freePorts } from '../../../infra/local/stack/ports.ts'
import { silent } from '../../../infra/local/stack/progress.ts'
import type { KafkaWay } from '../../../infra/local/stack/state.ts'
import { chooseEngine } from '../../../infra/local/stack/toolchain.ts'
import { createTcpProxy, type TcpProxy } from '../pipeline/tcp-proxy.ts'

/** A stack that nobody else uses, so that a test may pull any plug of it. */
export interface OwnStack {
  readonly stack: RunningStack
  /** The way to the brokers that can be cut; a string says why there is none. */
  readonly kafkaWay: TcpProxy | string
}

export interface OwnStackOptions {
  readonly directory: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Takes what undoes the next step, before that step is taken: what a failed start leaves behind must end too. */
  readonly undoLater: (undo: () => Promise<void>) => void
}

export async function startOwnStack(options: OwnStackOptions): Promise<OwnStack> {
  const { environment, undoLater } = options
  const dir = join(options.directory, 'stack')
  undoLater(async () => {
    await stopLocalStack(dir, environment)
  })
  const start = async (way: KafkaWay | null): Promise<RunningStack> =>
    startLocalStack({
      dir,
      environment,
      progress: silent,
      ...(way === null ? {} : { kafkaWay: way }),
    })
  if (chooseEngine() === 'docker')
    return { stack: await start(null), kafkaWay: 'the broker in Docker has no second door' }
  const [port = 0] = await freePorts(1)
  const kafkaWay = await createTcpProxy(`http://127.0.0.1:${port}`)
  undoLater(async () => kafkaWay.close())
  return { stack: await start({ port, advertised: kafkaWay.port }), kafkaWay }
}
