import { readFileSync } from 'node:fs'
import { z } from 'zod'

const schema = z.object({ url: z.string() })

/** Base address of health and metrics, as a service has written it into TRIBUTARY_HTTP_PORT_FILE; null: it does not serve them yet. */
export function readPortFile(path: string): string | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8'))).url
  } catch {
    return null
  }
}
