/** Room for so much at once; what finds none waits in line. */
export interface Room {
  /** Runs `go`, at once or when there is room, in the order of asking. What is larger than the whole room enters when it is alone. */
  enter(size: number, go: () => void): void
  /** What entered is gone. */
  leave(size: number): void
}

export function createRoom(sizeMax: number): Room {
  const line: { readonly size: number; readonly go: () => void }[] = []
  let taken = 0
  const hasRoom = (size: number): boolean => taken === 0 || taken + size <= sizeMax
  return {
    enter(size, go) {
      if (line.length > 0 || !hasRoom(size)) {
        line.push({ size, go })
        return
      }
      taken += size
      go()
    },
    leave(size) {
      taken -= size
      for (let next = line[0]; next !== undefined && hasRoom(next.size); next = line[0]) {
        line.shift()
        taken += next.size
        next.go()
      }
    },
  }
}
