import type { Body, Frame } from '#runtime/log/messages.ts'
import type { Steps } from '#runtime/stages/index.ts'

/** Counts messages by whose they are, to find what makes a partition hot. */
export interface HotCounts {
  fragment(id: string, weight: number): void
  profile(id: string, weight: number): void
}

/** What one batch tells of itself: at the ends of frames and folds, never in between. */
export interface BatchCounts {
  /** The messages of a frame from an index on are about to be folded. */
  frame(frame: Frame, from: number): void
  /** A fold is over, a flush follows. */
  folded(): void
  /** The flush is over, the next fold begins. */
  goOn(): void
}

/** Messages of one frame that are looked at: half a microsecond each, of some twenty that a message takes. */
const looksPerFrame = 64

export function createCounts(steps: Steps | undefined, hot: HotCounts | undefined): BatchCounts {
  let since = performance.now()
  let frames = 0
  let messages = 0
  return {
    frame({ messages: all }, from) {
      frames += 1
      messages += all.length - from
      if (hot === undefined) return
      const weight = Math.max(1, Math.ceil((all.length - from) / looksPerFrame))
      // Not always the same places of a frame: its messages have an order.
      for (let index = from + (frames % weight); index < all.length; index += weight)
        countMessage(all[index]?.body, weight, hot)
    },
    folded() {
      steps?.spent('fold', (performance.now() - since) / 1000)
      steps?.counted(frames, messages)
      frames = 0
      messages = 0
    },
    goOn() {
      since = performance.now()
    },
  }
}

function countMessage(body: Body | undefined, weight: number, hot: HotCounts): void {
  switch (body?.kind) {
    case 'event':
      if (body.event.fragment !== null) hot.fragment(body.event.fragment, weight)
      return
    case 'member':
    case 'leave':
      hot.profile(body.profile, weight)
      return
    case 'assign':
    case 'erase':
    case 'expire':
      hot.fragment(body.fragment, weight)
      return
    default:
    // Of nobody: definitions, ticks.
  }
}
