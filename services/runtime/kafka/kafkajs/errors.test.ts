import { expect, test } from 'vitest'
import { kafkaError } from './errors.ts'
import { kafkajs } from './patched.ts'

test.each([
  'Connection error: Client network socket disconnected before secure TLS connection was established',
  'Connection error: 40F7:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:c:355:',
])('says that TLS meets a listener without it: %s', (message) => {
  const error = kafkaError('connecting to Kafka', new Error(message))
  expect(error).toMatchObject({ code: 'TRB_KAFKA_UNAVAILABLE', retriable: true })
  expect(error.message).toContain('likely a listener without TLS: KAFKA_TLS=false')
})

test('says nothing of TLS where nobody listens', () => {
  expect(kafkaError('connecting to Kafka', new Error('connect ECONNREFUSED')).message).toBe(
    'connecting to Kafka: connect ECONNREFUSED',
  )
})

test.each([
  [
    'a user without the permission',
    Object.assign(new Error('no'), { type: 'TOPIC_AUTHORIZATION_FAILED' }),
  ],
  [
    'a platform without the request',
    new kafkajs.KafkaJSServerDoesNotSupportApiKey('no', { apiKey: 32, apiName: 'DescribeConfigs' }),
  ],
])('is a refusal, which no waiting cures, of %s', (_of, error) => {
  const refusal = { code: 'TRB_KAFKA_REFUSED', retriable: false }
  expect(kafkaError('reading the settings of topics', error)).toMatchObject(refusal)
})
