/** Told what the stack is doing; `done` closes the step it names. */
export interface StackProgress {
  begin(step: string, text: string): void
  done(step: string, text: string): void
}

export const silent: StackProgress = { begin: () => undefined, done: () => undefined }

const spinner = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']

interface Step {
  readonly text: string
  readonly since: number
}

/** One moving line of what is under way on a terminal, one plain line a step elsewhere. */
export function progressOn(stream: NodeJS.WriteStream): StackProgress & { stop(): void } {
  const steps = new Map<string, Step>()
  const live = stream.isTTY
  let frame = 0
  const draw = (): void => {
    frame = (frame + 1) % spinner.length
    const parts = [...steps.values()].map(({ text, since }) => `${text} ${seconds(since)}`)
    const line = parts.length === 0 ? '' : `${spinner[frame] ?? ''} ${parts.join(' · ')}`
    stream.write(`\r\u001b[K${line.slice(0, (stream.columns || 80) - 1)}`)
  }
  const timer = live ? setInterval(draw, 100) : undefined
  timer?.unref()
  return {
    begin: (step, text) => {
      steps.set(step, { text, since: performance.now() })
      if (!live) stream.write(`${text} …\n`)
    },
    done: (step, text) => {
      const since = steps.get(step)?.since ?? performance.now()
      steps.delete(step)
      stream.write(`${live ? '\r\u001b[K✓ ' : ''}${text} (${seconds(since)})\n`)
    },
    stop: () => {
      clearInterval(timer)
      if (live) stream.write('\r\u001b[K')
    },
  }
}

function seconds(since: number): string {
  return `${((performance.now() - since) / 1000).toFixed(1)} s`
}
