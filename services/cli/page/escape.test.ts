import { expect, test } from 'vitest'
import { escape, html } from './escape.ts'

test('characters that turn text around or that no page shows are replaced', () => {
  expect(escape('a\u202eb\u0000c\nd')).toBe('a\ufffdb\ufffdc\nd')
  expect(html`<p>${'&amp;'}</p>${html`<b>${1}</b>`}`.text).toBe('<p>&amp;amp;</p><b>1</b>')
})
