// What a browser loads of the player until pages of the sample application are complete.
//
//   node player_size.mjs SERVER ROOM PATH…
//
// Prints one JSON object: for each path the names of the files, as `assets/…`.
import { chromium } from 'playwright-core'

const [server, room, ...paths] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
})
const loaded = {}
try {
  for (const path of paths) {
    // A context of its own has an empty cache.
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    const page = await context.newPage()
    // The preview's process starts with the first page that is asked for.
    page.setDefaultTimeout(60_000)
    const names = new Set()
    page.on('request', request => {
      const { pathname } = new URL(request.url())
      if (pathname.startsWith('/assets/')) names.add(pathname.slice(1))
    })
    await page.goto(`${server}/preview/${room}/#${path}`)
    await page.locator('.app-page').waitFor()
    // Complete: values are computed and records are there, so nothing says any more that it waits.
    await page.waitForFunction(() => document.querySelector('.app-page :is([aria-busy="true"], .app-skeleton)') === null)
    loaded[path] = [...names]
    await context.close()
  }
} finally {
  await browser.close()
}
console.log(JSON.stringify(loaded))
