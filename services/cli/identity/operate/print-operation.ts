import { nameOf } from '../explain/print-explanation.ts'
import type { GroupView, OperationView } from './operation-view.ts'

/** What a command does, for people. */
export function printOperation(view: OperationView): string {
  const { after, before, command_id: id, commands, complete, done, dry_run: dry, unknown } = view
  const lines = [
    ...commands.map((command) => `${command.action} ${command.identifiers.map(nameOf).join(', ')}`),
    'before',
    ...before.flatMap(groupLines),
    done ? 'after' : 'after, as things are now',
    ...after.flatMap(groupLines),
    ...(complete
      ? []
      : [
          'There are more links than may be read: the linker may come to something else (--max-links).',
        ]),
    ...unknown.map((one) => `Nobody was known by ${nameOf(one)} until now: check it.`),
    ending(id, view, dry),
  ]
  return `${lines.join('\n')}\n`
}

const groupLines = ({ identifiers, profile_id: profile }: GroupView): readonly string[] => [
  `  ${profile}`,
  ...identifiers.map((one) => `    ${nameOf(one)}`),
]

function ending(id: string, { action, done }: OperationView, dry: boolean): string {
  if (dry) return 'Nothing was sent: leave --dry-run out.'
  const back =
    action === 'split' ? ` It is taken back by: tributary identity unsplit --command ${id}` : ''
  return `${done ? 'Done' : 'Sent'}, command ${id}.${back}`
}
