import type { EventHop, FrameHop, RawHop, TraceView } from './trace-view.ts'

/** The way in words, from the raw record to the rows. */
export function printTrace(view: TraceView): string {
  const lines = [
    ...view.frames.map(frameLine),
    ...view.raw.flatMap((raw) => [rawLine(raw), ...lettersOf(raw, view), ...replaysOf(view, raw)]),
    ...view.events.flatMap(eventLines),
  ]
  if (view.events.length === 0 && view.dead_letters.length === 0) lines.push(whyNothing(view))
  return `${lines.join('\n')}\n`
}

/** Rows of a timer and of a new pipeline file have no raw record to go back to. */
function whyNothing({ frames, raw }: TraceView): string {
  const ofNobody = frames.length > 0 && frames.every(({ kind }) => noEvent.has(kind ?? ''))
  return raw.length === 0 && ofNobody
    ? 'made by time or by a deployment, not by an event'
    : 'no event and no dead letter of it: dropped on purpose, not read yet, or its rows have expired'
}

const noEvent: ReadonlySet<string> = new Set(['tick', 'define'])

/** The log alone doesn't tell what was deleted from what was never there. */
const notInLog = 'not in the log any more, or never was'

const rawLine = ({
  place,
  in_log: inLog,
  received_at: at,
  bytes,
  replay_of: of,
}: RawHop): string =>
  inLog
    ? `${place}  raw record of ${bytes} bytes, received ${at}${of === null ? '' : `, sent again for ${of}`}`
    : `${place}  raw record, ${notInLog}`

const lettersOf = ({ place }: RawHop, view: TraceView): readonly string[] =>
  view.dead_letters
    .filter(({ correlation_id: id }) => id === place || id.startsWith(`${place}:`))
    .map(
      ({ correlation_id: id, attempt, failed_at: at, reason, stage, status }) =>
        `  ${id}  dead letter: ${reason} (${stage}), ${status}, try ${attempt}, ${at}`,
    )

const replaysOf = ({ replays }: TraceView, { replay_of: of }: RawHop): readonly string[] =>
  of === null
    ? replays.map(
        ({ attempt, place, replayed_at: at, replay_topic: topic }) =>
          `  ${place ?? topic}  sent again ${at}, try ${attempt}`,
      )
    : []

function frameLine({
  place,
  in_log: inLog,
  kind,
  from,
  fragment_id,
  profile_id,
}: FrameHop): string {
  const whose = [fragment_id, profile_id].filter((one) => one !== null).join(' of ')
  const what = inLog ? (kind ?? 'no frame') : notInLog
  return `${place}  ${[what, whose].filter((one) => one !== '').join(' ')}${from === null ? '' : `, from ${from}`}`
}

function eventLines(event: EventHop): readonly string[] {
  const { correlation_id: id, event_id, frame, fragment_id, member, profile_id, type } = event
  const whose = fragment_id === '' ? 'nobody' : fragment_id
  return [
    `  ${id}  event ${event_id}, ${type}, of ${whose}`,
    `    ${frame}  its home took it ${event.log_time}`,
    ...(member === null ? [] : [`    ${member}  told the owner of ${profile_id ?? ''}`]),
    ...event.rows.map(
      ({ at, key, place, table, version, what }) =>
        `    ${table}  ${key} version ${version} (${place}), ${at}: ${what}`,
    ),
  ]
}
