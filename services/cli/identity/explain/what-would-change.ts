import type { ApartReason } from './explain-view.ts'

const merge = 'tributary identity merge A B'

/** What would make one person of two, by the reason for which they are not. `what`: the split's id, or the rule. */
export function changeOf(reason: ApartReason, what: string | null): string {
  switch (reason) {
    case 'split':
      return `tributary identity unsplit --command ${what} lets the evidence speak again; ${merge} joins them over the split.`
    case 'refused':
      return changeOfRule(what ?? '')
    case 'excluded':
      return what === 'ambiguous_device'
        ? `Something else that names both, such as a login; or ${merge}.`
        : `A higher identity.automatic_block, and tributary identity apply, which decides anew; or ${merge}.`
    case 'blocked':
      return `Something else that names both; or ${merge}. A value that is no junk: take it off the list in the pipeline file; events from then on count.`
    case 'aged':
      return `An event that names both again; or ${merge}.`
    case 'parted':
    case 'no_evidence':
      return `An event that names both; or ${merge}.`
    case 'unknown':
      return 'An event with it.'
    default:
      return reason satisfies never
  }
}

function changeOfRule(rule: string): string {
  const [name, type] = rule.split(':')
  switch (name) {
    case 'unique':
      return `${merge}, if both values of ${type} are one person's (identity.authoritative has to list operator).`
    case 'limit':
      return `A higher identity.types.${type}.limit, and tributary identity apply, which decides anew; or ${merge}.`
    case 'cap':
      return 'A higher identity.cap: it holds for operators too.'
    case 'split':
      return `tributary identity unsplit; or ${merge}.`
    default:
      return `${merge}.`
  }
}
