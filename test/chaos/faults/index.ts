import type { FaultKind } from '../kinds.ts'
import type { Fault } from '../scene.ts'
import { brokerRestart } from './broker-restart.ts'
import { burst } from './burst.ts'
import { clickhouseDown } from './clickhouse-down.ts'
import { clickhouseSlow } from './clickhouse-slow.ts'
import { cutClickHouse, cutKafka } from './cut-replies.ts'
import { diskFull } from './disk-full.ts'
import { freeze } from './freeze.ts'
import { kill } from './kill.ts'
import { registryDown } from './registry-down.ts'
import { twoOwners } from './two-owners.ts'

export const faults: Readonly<Record<FaultKind, Fault>> = {
  kill,
  freeze,
  two_owners: twoOwners,
  broker_restart: brokerRestart,
  registry_down: registryDown,
  clickhouse_down: clickhouseDown,
  clickhouse_slow: clickhouseSlow,
  cut_kafka: cutKafka,
  cut_clickhouse: cutClickHouse,
  disk_full: diskFull,
  burst,
}
