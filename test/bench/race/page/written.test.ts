import { join } from 'node:path'
import { expect, test } from 'vitest'
import { benchPage, benchPlots } from './page.ts'
import { readRecord } from './record.ts'
import { benchDirectory, pageFile, recordFile } from './write-page.ts'

// Where its words have changed, `vitest run -u` writes it anew: nothing has to be measured for that.
test('docs/bench.md and its plots are what the script makes of what was measured', async () => {
  const measured = readRecord(recordFile)
  await expect(benchPage(measured)).toMatchFileSnapshot(pageFile)
  for (const [name, svg] of Object.entries(benchPlots(measured)))
    await expect(svg).toMatchFileSnapshot(join(benchDirectory, name))
})
