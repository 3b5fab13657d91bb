import { expect, it } from 'vitest'
import { printTrace } from './print-trace.ts'

it.each([
  ['tick', 'made by time or by a deployment, not by an event'],
  ['define', 'made by time or by a deployment, not by an event'],
  ['event', 'no event and no dead letter of it: dropped on purpose'],
  [null, 'no event and no dead letter of it: dropped on purpose'],
])('says of a row whose message is a %s why no event is behind it', (kind, why) => {
  const frame = {
    place: 'profile.log:0:0:0',
    in_log: true,
    at: null,
    kind,
    from: null,
    fragment_id: null,
    profile_id: null,
    traceparent: null,
  }
  const view = { asked: '', raw: [], frames: [frame], events: [], dead_letters: [], replays: [] }
  expect(printTrace(view).trim().split('\n').at(-1)).toContain(why)
})

it('claims of nothing that is not in the log that it ever was', () => {
  const raw = {
    place: 'channel.web:0:0',
    in_log: false,
    received_at: null,
    bytes: null,
    headers: [],
    replay_of: null,
    traceparent: null,
  }
  const frame = {
    place: 'profile.log:0:0',
    in_log: false,
    at: null,
    kind: null,
    from: null,
    fragment_id: null,
    profile_id: null,
    traceparent: null,
  }
  const none = { asked: '', raw: [], frames: [], events: [], dead_letters: [], replays: [] }
  expect(printTrace({ ...none, raw: [raw] })).toContain(
    'channel.web:0:0  raw record, not in the log any more, or never was\n',
  )
  expect(printTrace({ ...none, frames: [frame] })).toContain(
    'profile.log:0:0  not in the log any more, or never was\n',
  )
})
