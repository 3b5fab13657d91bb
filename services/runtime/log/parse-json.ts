/** What a JSON text says, or its bytes in UTF-8; undefined: it is none. */
export function parseJson(json: string | Uint8Array): unknown {
  try {
    return JSON.parse(typeof json === 'string' ? json : Buffer.from(json).toString('utf8'))
  } catch {
    return undefined
  }
}
