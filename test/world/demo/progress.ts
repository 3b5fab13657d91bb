import { SingleBar } from 'cli-progress'

/** What the demo says while it works, always on stderr: a bar in a terminal, plain lines elsewhere. */
export interface DemoProgress {
  step(text: string): void
  advance(done: number, of: number): void
  waiting(records: number): void
  done(): void
}

export function createDemoProgress(
  stream: NodeJS.WriteStream,
  elapsed: () => number,
): DemoProgress {
  let bar: SingleBar | undefined
  const end = (): void => {
    bar?.stop()
    bar = undefined
  }
  const stamp = (): string => `${(elapsed() / 1000).toFixed(1).padStart(6)} s`
  return {
    step(text) {
      end()
      stream.write(`${stamp()}  ${text}\n`)
    },
    advance(done, of) {
      if (!stream.isTTY) return
      bar ??= new SingleBar({
        stream,
        format: '          {bar} {value}/{total} events',
        hideCursor: true,
      })
      if (bar.getTotal() !== of) bar.start(of, 0)
      bar.update(Math.min(done, of))
    },
    waiting(records) {
      if (stream.isTTY) stream.write(`\r          ${records} records under way        `)
    },
    done() {
      end()
      if (stream.isTTY) stream.write('\r')
    },
  }
}
