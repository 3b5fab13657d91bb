import { isRejection } from '#runtime/channel/core/fields.ts'
import type { Fate } from '#runtime/channel/core/engine.ts'
import { defaultLimits } from '#runtime/channel/core/limits.ts'
import { silentTally } from '#runtime/channel/core/outcome.ts'
import { decodeJsonOrText } from '#runtime/channel/shell/decode-text.ts'
import { type ChannelRules, createRules } from '#runtime/channel/shell/rules.ts'
import type { CompiledDefinition } from '#runtime/definition/compiled.ts'
import { epochMs } from '#runtime/event/ids.ts'
import { type Channel, channels } from '#runtime/event/vocabulary.ts'
import type { Pseudonymiser } from '#runtime/pseudonym/pseudonym.ts'
import { channelVendors } from '../../services/cli/normalise/channel-vendors.ts'
import type { EncodeEnvelope } from './payloads/envelope.ts'
import type { WorldRecord } from './ledger.ts'

/** The envelope is Avro on the wire; where nothing is sent it is JSON. */
export const envelopeAsJson: EncodeEnvelope = (envelope) => Buffer.from(JSON.stringify(envelope))

/**
 * What the production channels make of the world's records: the fate of each event in them, or in one word why nobody reads the record.
 *
 * @param receivedAt The broker's time of every record, UTC milliseconds.
 */
export function readAsChannels(
  compiled: CompiledDefinition,
  pseudonymiser: Pseudonymiser,
  receivedAt: number,
): (record: WorldRecord) => readonly Fate[] | string {
  const rules = new Map<Channel, ChannelRules>(
    channels.map((channel) => [
      channel,
      createRules(compiled, {
        channel,
        vendors: channelVendors[channel],
        limits: defaultLimits,
        pseudonymiser,
        partitions: 4,
        suppressed: () => undefined,
        prefix: '',
        tally: silentTally,
      }),
    ]),
  )
  return (record) => {
    const channel = channels.find((one) => record.topic.startsWith(`channel.${one}`))
    const ofChannel = channel && rules.get(channel)
    const source = ofChannel?.sourceOf(record.topic, record.headers['tributary-source'])
    if (ofChannel === undefined || source === undefined) return 'no source'
    const decoded = decodeJsonOrText(record.value)
    if (isRejection(decoded)) return decoded.reject
    const shown = ofChannel.detected(source, decoded.value)
    if (shown === undefined) return 'nobody'
    return ofChannel.engine.process(decoded.value, shown.settings, epochMs(receivedAt), null)
  }
}
