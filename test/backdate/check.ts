import { segmentTransitionCodec } from '#runtime/log/public-records.ts'
import type { Installation } from '../support/pipeline/install.ts'
import { compareWithTruth } from '../world/demo/compare.ts'
import { readStatedPipeline } from '../world/oracle/pipeline-file.ts'
import { compileWhere } from '../world/oracle/where.ts'
import { pairs, tightened } from './files.ts'

export interface PairFigures {
  readonly late: string
  readonly always: string
  /** Profiles with a value. */
  readonly profiles: number
  /** Of which the two differ by more than 1e-12 of the larger, or in their time or half-life. */
  readonly different: number
  readonly largestDifference: number
}

export interface Checked {
  /** Against the sender's ledger, by an oracle that imports nothing of the product. */
  readonly missing: number
  readonly double: number
  readonly mismatches: readonly object[]
  readonly profiles: number
  readonly pairs: readonly PairFigures[]
  /** Exits with the cause define in the tables. */
  readonly left: number
  readonly leftTightened: number
  /** Of those: of nobody who was a member when the generation changed. */
  readonly leftWrongly: number
  /** Members then, who are none now, and of whose exit nothing is written. */
  readonly leftUnsaid: number
  /** Entries with the cause define: there may be none. */
  readonly enteredByDefine: number
  /** Public messages with the cause define. */
  readonly published: number
}

export async function check(
  installation: Installation,
  file: string,
  ledgerFile: string,
): Promise<Checked> {
  const { clickhouse, pseudonymiser } = installation
  const truth = await compareWithTruth({
    clickhouse,
    ledgerFile,
    pipeline: readStatedPipeline(file, compileWhere),
    fragmentId: (type, value) => pseudonymiser.fragmentId(type, value),
  })
  return {
    missing: truth.missing,
    double: truth.double,
    mismatches: truth.mismatches,
    profiles: truth.profilesChecked,
    pairs: await Promise.all(pairs.map(async (pair) => comparePair(installation, pair))),
    ...(await checkExits(installation)),
  }
}

async function comparePair(
  { clickhouse }: Installation,
  { always, late }: (typeof pairs)[number],
): Promise<PairFigures> {
  const [a, b] = [`f_${late}`, `f_${always}`]
  const [row] = await clickhouse.query<{ n: string; different: string; largest: number }>(
    `SELECT countIf(${b} IS NOT NULL) AS n,
       countIf(NOT (
         (${a} IS NULL AND ${b} IS NULL)
         OR ifNull(abs(${a} - ${b}) <= 1e-12 * greatest(abs(${a}), abs(${b}))
           AND ${a}_ref_time = ${b}_ref_time AND ${a}_half_life_ms = ${b}_half_life_ms, 0)
       )) AS different,
       max(ifNull(abs(${a} - ${b}) / greatest(abs(${a}), abs(${b})), 0)) AS largest
     FROM profiles FINAL`,
  )
  return {
    late,
    always,
    profiles: Number(row?.n ?? 0),
    different: Number(row?.different ?? -1),
    largestDifference: row?.largest ?? Number.NaN,
  }
}

type ExitFigures = Pick<
  Checked,
  'left' | 'leftTightened' | 'leftWrongly' | 'leftUnsaid' | 'enteredByDefine' | 'published'
>

interface Change {
  readonly key: string
  readonly generation: number
  readonly to: string
  readonly cause: string
  readonly place: readonly [bigint, number]
}

async function checkExits(installation: Installation): Promise<ExitFigures> {
  const said = await readPublic(installation)
  const held = new Set(
    [...lastOf(said.filter(({ generation }) => generation === 0))].flatMap(([key, { to }]) =>
      to === 'entered' ? [key] : [],
    ),
  )
  const rows = await installation.clickhouse.query<{
    profile_id: string
    segment: string
    to: string
    cause: string
  }>(`SELECT profile_id, segment, to, cause FROM segment_transitions FINAL WHERE cause = 'define'`)
  const left = rows.filter(({ to }) => to === 'exited')
  const keys = new Set(left.map(({ profile_id, segment }) => `${profile_id}/${segment}`))
  const members = await installation.clickhouse.query<{ profile_id: string; segment: string }>(
    'SELECT profile_id, segment FROM segment_memberships FINAL WHERE member = 1',
  )
  const present = new Set(members.map(({ profile_id, segment }) => `${profile_id}/${segment}`))
  const saidLater = new Set(
    said.filter(({ generation, to }) => generation > 0 && to === 'exited').map(({ key }) => key),
  )
  return {
    left: left.length,
    leftTightened: left.filter(({ segment }) => segment === tightened).length,
    leftWrongly: [...keys].filter((key) => !held.has(key)).length,
    leftUnsaid: [...held].filter(
      (key) => !present.has(key) && !keys.has(key) && !saidLater.has(key),
    ).length,
    enteredByDefine: rows.length - left.length,
    published: said.filter(({ cause }) => cause === 'define').length,
  }
}

async function readPublic({ admin, kafka, prefix }: Installation): Promise<readonly Change[]> {
  const topic = `${prefix}.profile.segments`
  const changes: Change[] = []
  for (const partition of (await admin.offsets(topic)).keys())
    for await (const { records } of kafka
      .reader()
      .read({ topic, partition }, { from: 'start', untilEnd: true }))
      for (const { value } of records) {
        if (value === null) continue
        const { cause, profileId, segment, seq, to, version } = segmentTransitionCodec.decode(value)
        const place = [BigInt(version), seq] as const
        const generation = Number(place[0] >> 56n)
        changes.push({ key: `${profileId}/${segment}`, generation, to, cause, place })
      }
  return changes
}

/** As the contract for consumers says: the highest (version, seq) of each key. */
function lastOf(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const last = new Map<string, Change>()
  for (const change of changes) {
    const known = last.get(change.key)
    const [version, seq] = change.place
    if (
      known === undefined ||
      version > known.place[0] ||
      (version === known.place[0] && seq > known.place[1])
    )
      last.set(change.key, change)
  }
  return last
}
