import { epochMs, type FragmentId } from '#runtime/event/ids.ts'
import { sendCommands } from '../../identity/operate/send-commands.ts'
import type { Terminal } from '../../shell/terminal.ts'
import type { OpenPrivacy } from '../open-privacy.ts'

/** One command, which the linker extends to whoever is the person when it comes to it. */
export async function sendErase(
  terminal: Pick<Terminal, 'now'>,
  { identity }: Pick<OpenPrivacy, 'identity'>,
  command: { readonly commandId: string; readonly by: string; readonly reason: string },
  fragments: readonly FragmentId[],
): Promise<void> {
  const { kafka, prefix, serving } = identity
  const at = epochMs(terminal.now().getTime())
  await sendCommands(kafka, { prefix, generation: serving.generation }, [
    { kind: 'command', ...command, at, action: 'erase', fragments },
  ])
}
