import { expect, it } from 'vitest'
import { createRoom } from './room.ts'

function roomUnderTest(sizeMax: number) {
  const room = createRoom(sizeMax)
  const entered: string[] = []
  return {
    room,
    entered,
    enter: (size: number, name: string) => room.enter(size, () => entered.push(name)),
  }
}

it('lets in what fits to the last bit, and lets the next wait for room', () => {
  const { room, entered, enter } = roomUnderTest(10)
  enter(4, 'a')
  enter(6, 'b')
  enter(1, 'c')
  expect(entered).toEqual(['a', 'b'])
  room.leave(4)
  expect(entered).toEqual(['a', 'b', 'c'])
})

it('keeps the line: what would fit does not overtake what came first', () => {
  const { room, entered, enter } = roomUnderTest(10)
  enter(8, 'a')
  enter(5, 'b')
  enter(1, 'c')
  expect(entered).toEqual(['a'])
  room.leave(8)
  expect(entered).toEqual(['a', 'b', 'c'])
})

it('lets in alone what is larger than the room, instead of never', () => {
  const { room, entered, enter } = roomUnderTest(10)
  enter(1, 'a')
  enter(50, 'large')
  enter(1, 'b')
  room.leave(1)
  expect(entered).toEqual(['a', 'large'])
  room.leave(50)
  expect(entered).toEqual(['a', 'large', 'b'])
})
