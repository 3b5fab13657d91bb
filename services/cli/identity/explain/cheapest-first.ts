/** A queue that gives the cheapest first, of equals any: a binary heap. */
export interface CheapestFirst<T> {
  add(cost: number, value: T): void
  take(): T | undefined
}

export function cheapestFirst<T>(): CheapestFirst<T> {
  const heap: { readonly cost: number; readonly value: T }[] = []
  const costAt = (place: number): number => heap[place]?.cost ?? Number.POSITIVE_INFINITY
  const swap = (a: number, b: number): void => {
    const [x, y] = [heap[a], heap[b]]
    if (x === undefined || y === undefined) return
    heap[a] = y
    heap[b] = x
  }
  return {
    add(cost, value) {
      heap.push({ cost, value })
      for (let place = heap.length - 1; place > 0; ) {
        const parent = (place - 1) >> 1
        if (costAt(parent) <= cost) return
        swap(place, parent)
        place = parent
      }
    },
    take() {
      const [first] = heap
      const last = heap.pop()
      if (first === undefined || last === undefined || heap.length === 0) return first?.value
      heap[0] = last
      for (let place = 0; ; ) {
        const left = 2 * place + 1
        const least = costAt(left + 1) < costAt(left) ? left + 1 : left
        if (costAt(least) >= last.cost) return first.value
        swap(place, least)
        place = least
      }
    },
  }
}
