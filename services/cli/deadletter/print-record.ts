import { placeText } from '#runtime/channel/core/replay.ts'
import { tame } from '../shell/tame.ts'
import { type Letter, unknownSource } from './letter.ts'
import type { ReplayEntry } from './read-letters.ts'
import { letterPlace } from './run-list.ts'
import { contentOf } from './show-content.ts'
import type { ShowArguments, ShownRecord } from './shown-record.ts'
import { minute } from './table.ts'

const shownMax = 50

/** One record for people: what was said of it, what was tried, and what it is. */
export function printRecord(
  shown: ShownRecord,
  { reveal, out }: Pick<ShowArguments, 'out' | 'reveal'>,
): string {
  const [first] = shown.letters
  if (first === undefined) return ''
  const source = shown.letters.find((letter) => letter.source !== null)?.source
  const head = [
    placeText(first),
    `  received   ${minute(first.receivedAt)} UTC`,
    `  source     ${source ?? unknownSource}`,
    ...(first.schemaId === null ? [] : [`  schema     ${first.schemaId}`]),
  ].join('\n')
  const rest = shown.letters.length - shownMax
  return [
    head,
    ...shown.letters.slice(0, shownMax).map(letterText),
    ...(rest > 0 ? [`and ${rest} more dead letters of this record`] : []),
    ...(shown.replays.length > 0 ? [replaysText(shown.replays)] : []),
    contentText(shown, reveal, out),
  ]
    .join('\n\n')
    .concat('\n')
}

function letterText(letter: Letter): string {
  const past = letter.history.map(
    ({ attempt, failed_at, stage, reason }) =>
      `  try ${attempt}      ${minute(failed_at)}  ${reason} (${stage})`,
  )
  return [
    `${letterPlace(letter)}  ${letter.status}`,
    ...past,
    `  try ${letter.attempt}      ${minute(letter.failedAt)}  ${letter.reason} (${letter.stage}): ${tame(letter.detail)}`,
  ].join('\n')
}

const replaysText = (replays: readonly ReplayEntry[]): string =>
  [
    'sent again',
    ...replays.map(
      ({ attempt, replayed_at, replayed_by, replay_topic, note }) =>
        `  try ${attempt}      ${minute(replayed_at)}  by ${tame(replayed_by)} to ${replay_topic}${note === '' ? '' : `: ${tame(note)}`}`,
    ),
  ].join('\n')

function contentText(shown: ShownRecord, reveal: boolean, out: string | null): string {
  const { opened, sealedWith, headers } = shown
  const written = out !== null && sealedWith !== null ? [`its bytes are in ${out}`] : []
  if (sealedWith === null)
    return 'its bytes were too many to keep: they are only where it came from, as long as that topic keeps them'
  if (!reveal || opened === null)
    return [
      ...(headers.length > 0 ? [`headers    ${headers.map(tame).join(', ')}`] : []),
      `sealed with ${sealedWith}: --reveal shows the bytes, which may name a person`,
      ...written,
    ].join('\n')
  const values = headers.map((name) => {
    const { text } = contentOf(opened.headers[name] ?? Buffer.alloc(0))
    return `  ${tame(name)}: ${tame(text)}`
  })
  const content = contentOf(opened.value)
  return [
    ...(values.length > 0 ? ['headers', ...values, ''] : []),
    `content    ${content.kind}, ${opened.value.length} bytes`,
    tame(content.text),
    ...written,
  ].join('\n')
}
