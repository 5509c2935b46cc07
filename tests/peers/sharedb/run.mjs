// Tests of ShareDB's client behaviour, run with an unmodified client against a server.
//
//   node run.mjs --url ws://127.0.0.1:PORT/sharedb [--client 7] [--reference] [--only GROUP] [--title TEXT]
//
// Prints one JSON line per test: {group, title, ok, error?, ms}. `--reference` says that the server is
// npm's own. The exit status is 1 if a test failed, or if none ran.
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { loadClient } from './clients.mjs'
import { World } from './world.mjs'

const GROUPS = JSON.parse(readFileSync(new URL('groups.json', import.meta.url), 'utf8'))
const TEST_MS_MAX = 12_000
const TIMEOUTS_MAX = 5

const { values: options } = parseArgs({
  options: {
    url: { type: 'string' },
    client: { type: 'string', default: '7' },
    reference: { type: 'boolean', default: false },
    only: { type: 'string' },
    title: { type: 'string', default: '' }
  }
})

let abandon = () => {}
process.on('uncaughtException', (error) => abandon(error))
process.on('unhandledRejection', (error) => abandon(error))

async function outcome (test, world) {
  let timer
  const stopped = new Promise((resolve, reject) => {
    abandon = reject
    timer = setTimeout(() => reject(new Error(`not done after ${TEST_MS_MAX} ms`)), TEST_MS_MAX)
  })
  try {
    await Promise.race([test(world), stopped])
    if (world.errors.length) throw world.errors[0]
    return { ok: true }
  } catch (error) {
    const frames = world.clients.map(({ received }) => received.slice(-4))
    return { ok: false, error: String(error?.stack ?? error?.message ?? error), code: error?.code, frames }
  } finally {
    clearTimeout(timer)
    world.close()
  }
}

const library = loadClient(Number(options.client))
let count = 0
let failures = 0
let timeouts = 0
for (const group of options.only ? [options.only] : GROUPS) {
  const { default: tests } = await import(`./${group}.mjs`)
  for (const [title, test] of Object.entries(tests)) {
    if (!title.includes(options.title)) continue
    const world = new World({
      url: options.url, library, version: Number(options.client), isReference: options.reference
    })
    const start = performance.now()
    const result = await outcome(test, world)
    const ms = Math.round(performance.now() - start)
    count++
    failures += result.ok ? 0 : 1
    timeouts += ms >= TEST_MS_MAX ? 1 : 0
    console.log(JSON.stringify({ group, title, ...result, ms }))
    if (timeouts === TIMEOUTS_MAX) {
      // The server answers nothing any more: the other tests would only wait as long, each of them.
      console.log(JSON.stringify({ group, title: 'the rest', ok: false, error: 'not run', frames: [] }))
      process.exit(1)
    }
  }
}
process.exit(failures || !count ? 1 : 0)
