// npm run conformance: writes docs/conformance.md from what the steps of the last test runs showed.
import { writePage } from './lib/conformance/judge.mjs'
import { run } from './lib/say.mjs'

await run(async () => writePage())
