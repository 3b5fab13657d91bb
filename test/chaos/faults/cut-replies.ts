import { setTimeout as pause } from 'node:timers/promises'
import type { TcpProxy } from '../../support/pipeline/tcp-proxy.ts'
import type { FaultKind } from '../kinds.ts'
import type { Fault, Scene } from '../scene.ts'

const everyMs = 500
/** Where nobody asks anything for a while, there is nothing to cut. */
const untilCutMaxMs = 15_000

/** What was asked for is done, and who asked does not learn of it: again and again, on every connection that is open. */
function cutReplies(kind: FaultKind, way: (scene: Scene) => TcpProxy | string): Fault {
  return {
    kind,
    missing: (scene) => {
      const found = way(scene)
      return typeof found === 'string' ? found : null
    },
    async strike(scene, { holdMs }) {
      const proxy = way(scene)
      if (typeof proxy === 'string') return { effect: false, note: proxy }
      const before = proxy.repliesCut()
      const from = performance.now()
      const lasted = (): number => performance.now() - from
      while (lasted() < holdMs || (proxy.repliesCut() === before && lasted() < untilCutMaxMs)) {
        scene.workload.surge(scene.eventsPerSecond * (everyMs / 1000))
        proxy.cutReplies()
        await pause(everyMs)
      }
      // Of those that are still doomed the next answer ends them: then this is over too.
      await pause(everyMs)
      const cut = proxy.repliesCut() - before
      return { effect: cut > 0, note: `${cut} connections cut before the answer` }
    },
  }
}

export const cutKafka = cutReplies('cut_kafka', ({ kafkaWay }) => kafkaWay)
export const cutClickHouse = cutReplies('cut_clickhouse', ({ clickhouseWay }) => clickhouseWay)
