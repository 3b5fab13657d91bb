import { channelTopology } from '#runtime/channel/shell/channel-topology.ts'

/** Every topic and group that the email service touches, beside the source topics that the pipeline file names. */
export const topology = (prefix: string, generation: number): ReturnType<typeof channelTopology> =>
  channelTopology('email', prefix, generation)
