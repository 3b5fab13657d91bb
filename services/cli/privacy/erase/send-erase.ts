import { randomUUID } from 'node:crypto'
import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { sendCommands } from '../../identity/operate/send-commands.ts'
import type { Terminal } from '../../shell/terminal.ts'
import type { OpenPrivacy } from '../open-privacy.ts'

/** One command, which the linker extends to whoever is the person when it comes to it. Gives its id. */
export async function sendErase(
  terminal: Pick<Terminal, 'now'>,
  { identity }: Pick<OpenPrivacy, 'identity'>,
  { by, reason }: { readonly by: string; readonly reason: string },
  fragments: readonly FragmentId[],
): Promise<string> {
  const { kafka, prefix, serving } = identity
  const commandId = randomUUID()
  const at = epochMs(terminal.now().getTime())
  await sendCommands(kafka, { prefix, generation: serving.generation }, [
    { kind: 'command', commandId, at, by, reason, action: 'erase', fragments },
  ])
  return commandId
}
