import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'

const attributeSchema = z.object({ key: z.string(), value: z.record(z.string(), z.unknown()) })

const spanSchema = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  kind: z.number(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(attributeSchema).default([]),
  links: z.array(z.object({ traceId: z.string(), spanId: z.string() })).default([]),
})

const requestSchema = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attributeSchema) }),
      scopeSpans: z.array(z.object({ spans: z.array(spanSchema) })),
    }),
  ),
})

export interface ReceivedSpan extends z.infer<typeof spanSchema> {
  readonly service: string
}

/** A receiver of traces as any of them is one: OTLP over HTTP, as JSON, on the loopback. */
export interface OtlpReceiver {
  readonly url: string
  readonly spans: readonly ReceivedSpan[]
  /** Everything that came, as it came. */
  readonly bodies: readonly string[]
  close(): Promise<void>
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = []
  const bodies: string[] = []
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const bytes = await buffer(request)
      const text = (
        request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes
      ).toString('utf8')
      bodies.push(text)
      for (const { resource, scopeSpans } of requestSchema.parse(JSON.parse(text)).resourceSpans) {
        const name = resource.attributes.find(({ key }) => key === 'service.name')
        const service = String(name?.value['stringValue'])
        for (const { spans: some } of scopeSpans)
          for (const span of some) spans.push({ ...span, service })
      }
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end('{}')
    }
    answer().catch((error: unknown) => {
      response.writeHead(500)
      response.end(String(error))
    })
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a TCP server has this kind of address
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    bodies,
    close: async () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
