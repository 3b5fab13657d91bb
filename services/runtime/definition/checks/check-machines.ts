import { compileMachines } from '../machines-schema.ts'
import type { PipelineDefinition } from '../schema.ts'
import type { Report } from './report.ts'

/** A rule about machines looks at a moment. Over longer times people reach any number. */
const withinMsMax = 60_000

/** Where people begin: opening links side by side, clicking what one has waited for, leafing through a shop. */
const linksMin = 3
const linksPerSecondMin = 1
const deliveryMsMax = 2_000
const viewsPerSecondMin = 2

/** Rules about machines that would meet people. */
export function checkMachines({ machines }: PipelineDefinition, report: Report): void {
  const { clickBurst, clickOnDelivery, rate } = compileMachines(machines)
  const warn = (rule: keyof typeof machines, message: string): void =>
    report.warning('machine_rule_too_wide', ['machines', rule], message, {
      hint: 'what it takes for a machine’s is no interest: leave it narrow, or switch it off',
    })
  if (clickBurst !== null) {
    const { links, withinMs } = clickBurst
    checkWindow('click_burst', withinMs, report)
    if (links < linksMin || links * 1000 < linksPerSecondMin * withinMs)
      warn('click_burst', `people click ${links} links in ${withinMs / 1000} s, too`)
  }
  if (clickOnDelivery !== null) {
    checkWindow('click_on_delivery', clickOnDelivery.withinMs, report)
    if (clickOnDelivery.withinMs > deliveryMsMax)
      warn(
        'click_on_delivery',
        `who waits for a message clicks within ${clickOnDelivery.withinMs / 1000} s, too`,
      )
  }
  if (rate !== null) {
    const { events, withinMs } = rate
    checkWindow('rate', withinMs, report)
    if (events * 1000 < viewsPerSecondMin * withinMs)
      warn('rate', `people make ${events} views and clicks in ${withinMs / 1000} s, too`)
  }
}

function checkWindow(rule: string, withinMs: number, report: Report): void {
  if (withinMs > withinMsMax)
    report.error(
      'machine_rule_too_wide',
      ['machines', rule, 'within'],
      `a rule about machines looks at ${withinMsMax / 1000} s at most`,
    )
}
