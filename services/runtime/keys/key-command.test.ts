import { expect, test } from 'vitest'
import { isTributaryError } from '../errors/index.ts'
import { loadInstallationKey } from './index.ts'
import { keyCommandBytesMax, parseKeyCommand, readKeyCommand } from './key-command.ts'

const bytes = Buffer.from('0123456789abcdef0123456789abcdef')

const node = (script: string): string => JSON.stringify([process.execPath, '-e', script])

const print = (what: string): string => node(`process.stdout.write(${what})`)

function faultOf(run: () => unknown): { readonly message: string; readonly hint: string } {
  try {
    run()
  } catch (error) {
    if (isTributaryError(error, 'TRB_KEY_INVALID'))
      return { message: error.message, hint: error.hint }
  }
  throw new Error('it was not refused')
}

test('the key is what the command prints, as bytes or as base64', () => {
  for (const keyCommand of [
    print(`Buffer.from('${bytes.toString('hex')}', 'hex')`),
    print(`'${bytes.toString('base64')}\\n'`),
  ]) {
    const key = loadInstallationKey({ keyFile: null, key: null, keyCommand })
    expect(Buffer.from(key.bytes).equals(bytes)).toBe(true)
  }
})

test('a command is a JSON list of texts, or a program alone; no shell reads it', () => {
  expect(parseKeyCommand('["vault", "read", "$HOME; rm x"]')).toEqual([
    'vault',
    'read',
    '$HOME; rm x',
  ])
  expect(parseKeyCommand(' /usr/local/bin/key for tributary ')).toEqual([
    '/usr/local/bin/key for tributary',
  ])
  for (const none of ['', '[]', '[1]', '["a", 2]', '[""]', '["a"']) {
    expect(parseKeyCommand(none)).toBeNull()
  }
  const shown = readKeyCommand(
    'TRIBUTARY_KEY_COMMAND',
    JSON.stringify([
      process.execPath,
      '-e',
      'process.stdout.write(process.argv[1])',
      '$HOME `id` ; *',
    ]),
  )
  expect(shown.toString()).toBe('$HOME `id` ; *')
})

test('what goes wrong is told with what to do, and never with what the command said', () => {
  const secret = 'c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3JldA'
  const say = `process.stdout.write('${secret}'); process.stderr.write('${secret}');`
  const failed = faultOf(() =>
    readKeyCommand('TRIBUTARY_KEY_COMMAND', node(`${say} process.exitCode = 3`)),
  )
  expect(failed.message).toContain('ended with exit code 3; 46 bytes that it wrote to stderr')
  expect(failed.hint).toContain('Run it by hand')
  const slow = faultOf(() =>
    readKeyCommand('TRIBUTARY_KEY_COMMAND', node(`${say} setInterval(() => {}, 1000)`), 1000),
  )
  expect(slow.message).toContain('gave no key within 1000 ms')
  const long = faultOf(() =>
    readKeyCommand(
      'TRIBUTARY_KEY_COMMAND',
      node(`process.stdout.write('${secret}'.repeat(${keyCommandBytesMax}))`),
    ),
  )
  expect(long.message).toContain(`printed more than ${keyCommandBytesMax} bytes`)
  const none = faultOf(() => readKeyCommand('TRIBUTARY_KEY_COMMAND', '/nowhere/vault'))
  expect(none.message).toContain('(/nowhere/vault) cannot be started: ENOENT')
  const short = faultOf(() =>
    loadInstallationKey({ keyFile: null, key: null, keyCommand: node("console.log('hello')") }),
  )
  expect(short.message).toContain('TRIBUTARY_KEY_COMMAND has 6 bytes, 32 are the minimum')
  for (const { message, hint } of [failed, slow, long, none, short])
    expect(message + hint).not.toContain(secret.slice(0, 8))
})
