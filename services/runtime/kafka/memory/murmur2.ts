/** Partition of a key as Kafka's default partitioner (murmur2, seed 0x9747b28c, sign bit cleared) chooses it; no key: 0. */
export function murmur2Partition(key: Uint8Array | null, partitions: number): number {
  return key === null ? 0 : (murmur2(key) & 0x7fffffff) % partitions
}

function murmur2(data: Uint8Array): number {
  const m = 0x5bd1e995
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  let h = 0x9747b28c ^ data.length
  const whole = data.length & ~3
  for (let at = 0; at < whole; at += 4) {
    let k = Math.imul(view.getInt32(at, true), m)
    k = Math.imul(k ^ (k >>> 24), m)
    h = Math.imul(h, m) ^ k
  }
  const rest = data.length - whole
  if (rest === 3) h ^= view.getUint8(whole + 2) << 16
  if (rest >= 2) h ^= view.getUint8(whole + 1) << 8
  if (rest >= 1) h = Math.imul(h ^ view.getUint8(whole), m)
  h = Math.imul(h ^ (h >>> 13), m)
  return h ^ (h >>> 15)
}
