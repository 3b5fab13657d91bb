import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { Place } from '#runtime/channel/core/replay.ts'
import { payloadEncodingHeader } from '#runtime/log/dead-letter-payload.ts'
import type { ClickHouse } from '#runtime/clickhouse/index.ts'
import { asError, TributaryError } from '#runtime/errors/index.ts'
import { hideSealed } from '#runtime/keys/data-keys/index.ts'
import { readCommonConfig } from '../shell/configuration.ts'
import { openClickHouse } from '../shell/connections.ts'
import { audited } from '../shell/audit.ts'
import { toJsonLine } from '../shell/json.ts'
import type { ExitStatus, Terminal } from '../shell/terminal.ts'
import type { Letter } from './letter.ts'
import { letterSealer } from './letter-sealer.ts'
import { type OpenedRecord, openRecord } from './open-record.ts'
import { parseLetterPlace, parseWhere, type PlaceOfLetter } from './parse-where.ts'
import { printRecord } from './print-record.ts'
import { readEach, readReplays, readSealed, type SealedRecord } from './read-letters.ts'
import { letterJson } from './run-list.ts'
import { conditionOf } from './select-letters.ts'
import { contentOf } from './show-content.ts'
import type { ShowArguments, ShownRecord } from './shown-record.ts'

const lettersMax = 1000

/** `tributary deadletter show`. @throws TributaryError TRB_NOT_FOUND, TRB_SEAL_BROKEN. */
export async function runShow(terminal: Terminal, asked: ShowArguments): Promise<ExitStatus> {
  if (!asked.reveal && asked.out === null) return show(terminal, asked)
  const details = { place: asked.place, form: asked.out === null ? 'terminal' : 'file' }
  return audited(terminal, { command: 'deadletter show', ...asked, details }, async () =>
    show(terminal, asked),
  )
}

async function show(terminal: Terminal, asked: ShowArguments): Promise<ExitStatus> {
  const place = parseLetterPlace(asked.place)
  const clickhouse = openClickHouse(terminal)
  try {
    const letters = await findLetters(terminal, clickhouse, place)
    const [newest] = letters
    if (newest === undefined)
      throw new TributaryError('TRB_NOT_FOUND', `there is no dead letter of ${asked.place}`, {
        hint: 'See which there are: tributary deadletter list --each.',
      })
    const sealed = await sealedOf(clickhouse, newest)
    const opens = asked.reveal || asked.out !== null
    const opened = opens && sealed !== null ? open(terminal, sealed) : null
    const replays = await readReplays(clickhouse, newest)
    const shown: ShownRecord = {
      letters,
      replays: replays.filter(({ received_at: at }) => at === newest.receivedAt),
      headers: Object.keys(sealed?.headers ?? {}).filter((name) => name !== payloadEncodingHeader),
      sealedWith: sealed?.payload.split('.')[0] ?? null,
      opened: asked.reveal ? opened : null,
    }
    if (asked.out !== null) await writeOut(terminal, asked.out, opened)
    const text = asked.json ? toJsonLine(recordJson(shown)) : printRecord(shown, asked)
    terminal.stdout.write(hideSealed(text))
    return 0
  } finally {
    await clickhouse.close()
  }
}

async function findLetters(
  terminal: Terminal,
  clickhouse: ClickHouse,
  place: PlaceOfLetter,
): Promise<readonly Letter[]> {
  const none = parseWhere([], terminal.now())
  const found = await readEach(
    clickhouse,
    conditionOf({ ...none, place: [place] }, readCommonConfig(terminal).prefix),
    { limit: lettersMax, skip: 0 },
  )
  return found.toSorted((a, b) => (a.index ?? -1) - (b.index ?? -1))
}

async function sealedOf(
  clickhouse: ClickHouse,
  letter: Place & Pick<Letter, 'receivedAt'>,
): Promise<SealedRecord | null> {
  const found = await readSealed(clickhouse, [letter])
  return found.find(({ receivedAt }) => receivedAt === letter.receivedAt) ?? null
}

function open(terminal: Terminal, sealed: SealedRecord): OpenedRecord {
  const opened = openRecord(sealed, letterSealer(terminal))
  if (opened !== null) return opened
  throw new TributaryError(
    'TRB_SEAL_BROKEN',
    `the record was sealed with ${sealed.payload.split('.')[0] ?? ''} of another installation key, or was damaged`,
  )
}

async function writeOut(
  terminal: Terminal,
  file: string,
  opened: OpenedRecord | null,
): Promise<void> {
  if (opened === null)
    throw new TributaryError('TRB_NOT_FOUND', 'the bytes of the record were too many to keep', {
      hint: 'They are where the record came from, as long as that topic keeps them.',
    })
  try {
    // They may name a person: nobody else on this machine reads them.
    await writeFile(resolve(terminal.cwd, file), opened.value, { mode: 0o600 })
  } catch (cause) {
    throw new TributaryError('TRB_USAGE', `${file} cannot be written: ${asError(cause).message}`, {
      cause,
      hint: 'Check the path.',
    })
  }
}

function recordJson({ letters, replays, headers, sealedWith, opened }: ShownRecord): object {
  return {
    letters: letters.map(letterJson),
    replays,
    headers:
      opened === null
        ? Object.fromEntries(headers.map((name) => [name, null]))
        : Object.fromEntries(
            headers.map((name) => [name, contentOf(opened.headers[name] ?? Buffer.alloc(0)).text]),
          ),
    bytes_kept: sealedWith !== null,
    sealed_with: sealedWith,
    content:
      opened === null
        ? null
        : {
            ...contentOf(opened.value),
            bytes: opened.value.length,
            base64: Buffer.from(opened.value).toString('base64'),
          },
  }
}
