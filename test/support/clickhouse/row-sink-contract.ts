import { describe, expect, test } from 'vitest'
import type { RowSink } from '#runtime/clickhouse/index.ts'
import type { TableName } from '#schemas/clickhouse/rows.ts'
import {
  consentHistoryRow,
  deadLetterReplayRow,
  deadLetterRow,
  eventRow,
  identityDecisionRow,
  identityLinkRow,
  pipelineHealthRow,
  profileId,
  profileIdentifierRow,
  profileRow,
  segmentMembershipRow,
  segmentTransitionRow,
} from './rows.ts'

/** A sink over empty tables, and how to read them as a query with FINAL does. */
export interface SinkUnderTest {
  readonly sink: RowSink
  readonly final: (table: TableName) => Promise<readonly object[]>
}

const row = (version: string): ReturnType<typeof profileRow> =>
  profileRow({ version, events: Number(version) })

/** What every RowSink does, the fake and the real one. */
export function rowSinkContract(name: string, make: () => Promise<SinkUnderTest>): void {
  describe(`${name}, as a row sink`, () => {
    test('rows of every table can be read when insert resolves', async () => {
      const { sink, final } = await make()
      await sink.insert({
        events: [eventRow()],
        profile_identifiers: [profileIdentifierRow()],
        profile_identifier_history: [profileIdentifierRow()],
        profiles: [profileRow()],
        profile_history: [profileRow()],
        segment_memberships: [segmentMembershipRow()],
        segment_transitions: [segmentTransitionRow()],
        consent_history: [consentHistoryRow()],
        identity_decisions: [identityDecisionRow()],
        identity_links: [identityLinkRow()],
        dead_letters: [deadLetterRow()],
        dead_letter_replays: [deadLetterReplayRow()],
        pipeline_health: [pipelineHealthRow()],
      })
      expect(await final('events')).toMatchObject([
        { event_id: 'e1', occurred_at: eventRow().occurred_at },
      ])
      expect(await final('profile_identifiers')).toMatchObject([{ profile_id: profileId(1) }])
      expect(await final('profiles')).toMatchObject([{ profile_id: profileId(1), version: '1' }])
      expect(await final('profile_history')).toMatchObject([{ version: '1' }])
      expect(await final('segment_memberships')).toMatchObject([{ segment: 'engaged', member: 1 }])
      expect(await final('segment_transitions')).toMatchObject([{ to: 'entered', seq: 0 }])
      expect(await final('consent_history')).toMatchObject([
        { purpose: 'marketing', state: 'granted' },
      ])
      expect(await final('identity_decisions')).toMatchObject([
        { before: [profileId(1), profileId(2)] },
      ])
      expect(await final('identity_links')).toMatchObject([
        { identifiers: identityLinkRow().identifiers, fate: 'merge' },
      ])
      expect(await final('dead_letters')).toMatchObject([
        { index: -1, schema_id: null, attempt: 1 },
      ])
      expect(await final('dead_letter_replays')).toMatchObject([{ attempt: 2, indexes: [-1] }])
      expect(await final('pipeline_health')).toMatchObject([{ value: 1 }])
      await sink.close()
    })

    test('the highest version stands, in whatever order and however often rows come', async () => {
      const { sink, final } = await make()
      await sink.insert({ profiles: [row('3'), row('1')] })
      await sink.insert({ profiles: [row('2')] })
      await sink.insert({ profiles: [row('3')] })
      expect(await final('profiles')).toMatchObject([{ version: '3' }])
      await sink.close()
    })

    test('versions are compared as whole 64-bit numbers', async () => {
      const { sink, final } = await make()
      await sink.insert({ profiles: [profileRow({ version: '18446744073709551615' })] })
      await sink.insert({ profiles: [profileRow({ version: '18446744073709551614' })] })
      expect(await final('profiles')).toMatchObject([{ version: '18446744073709551615' }])
      await sink.close()
    })

    test('a deleted row hides its key until a higher version comes', async () => {
      const { sink, final } = await make()
      await sink.insert({ profiles: [profileRow({ version: '1' })] })
      await sink.insert({ profiles: [profileRow({ version: '2', deleted: 1 })] })
      expect(await final('profiles')).toEqual([])
      await sink.insert({ profiles: [profileRow({ version: '3' })] })
      expect(await final('profiles')).toMatchObject([{ version: '3' }])
      await sink.close()
    })

    test('rows of callers that insert at the same time are all stored', async () => {
      const { sink, final } = await make()
      await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          sink.insert({
            events: [eventRow({ version: String(n) })],
            dead_letters: [deadLetterRow({ offset: n })],
          }),
        ),
      )
      expect(await final('events')).toHaveLength(20)
      expect(await final('dead_letters')).toHaveLength(20)
      await sink.close()
    })

    test('nothing is taken after close', async () => {
      const { sink } = await make()
      await sink.close()
      await expect(sink.insert({ events: [eventRow()] })).rejects.toMatchObject({
        code: 'TRB_SINK_CLOSED',
      })
    })
  })
}
