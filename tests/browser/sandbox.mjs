// The preview page in a real browser that also holds the designer's cookie.
//
//   node sandbox.mjs SERVER ROOM
//
// Prints one JSON object: what the page shows, what it may do, and which requests carried a cookie.
import { chromium } from 'playwright-core'

const [server, room] = process.argv.slice(2)
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-quic', '--disable-background-networking', '--disable-component-update', '--disable-sync']
})
const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
await context.addCookies([{ name: 'design_rooms_guest', value: 'secret', url: server }])
const page = await context.newPage()
const violations = []
const requests = []
page.on('console', message => {
  if (message.type() === 'error') violations.push(message.text())
})
page.on('request', request => requests.push(request))
await page.goto(`${server}/preview/${room}/`)
await page.waitForSelector('text=Live', { timeout: 20_000 })
const faults = [...violations]
const carried = []
for (const request of requests) {
  const headers = await request.allHeaders()
  if (headers.cookie !== undefined) carried.push(new URL(request.url()).pathname)
}
const result = await page.evaluate(async server => {
  const attempt = async action => {
    try {
      return `done: ${await action()}`
    } catch (error) {
      return error.name
    }
  }
  return {
    origin: self.origin,
    text: document.body.innerText,
    cookie: await attempt(() => document.cookie),
    storage: await attempt(() => localStorage.length),
    api: await attempt(() => fetch(`${server}/api/rooms`).then(response => response.status)),
    otherRoom: await attempt(() => fetch(`${server}/preview/other/feed`).then(response => response.status)),
    elsewhere: await attempt(() => fetch('https://example.com/').then(response => response.status)),
    inline: await attempt(() => {
      const script = document.createElement('script')
      script.textContent = 'self.inlineRan = true'
      document.head.append(script)
      return String(self.inlineRan === true)
    })
  }
}, server)
await browser.close()
console.log(JSON.stringify({ ...result, faults, carried }))
