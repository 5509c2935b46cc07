// The designer under the eyes of one person, while others point at things.
//
//   node designer.mjs SERVER ROOM PEOPLE EDITS LOADS
//
// Prints one JSON object: times in milliseconds and the names of the files that were loaded.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { chromium } from 'playwright-core'
import { WebSocket } from 'ws'
import * as Y from 'yjs'

const [server, room, people, edits, loads] = process.argv.slice(2)
const cursorInterval = 50
const dragSteps = 180
const patience = 30_000

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
})

/** Opens the room with an empty cache and returns the page, its files and how long it took. */
async function open () {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  const files = new Set()
  page.on('request', request => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/assets/')) files.add(pathname.slice(1))
  })
  const start = performance.now()
  await page.goto(`${server}/rooms/${room}`)
  await page.getByRole('region', { name: 'Canvas' }).getByText('Öffnen 0', { exact: true }).waitFor()
  await page.getByTestId('save-state').getByText('Saved').waitFor()
  return { page, files: [...files, 'index.html'], time: performance.now() - start }
}

/** Others in the room, each moving a pointer over elements of the page. */
function crowd (page, nodes) {
  const members = Array.from({ length: Number(people) }, (_, index) => {
    const socket = new HocuspocusProviderWebsocket({ url: `${server.replace('http', 'ws')}/hocuspocus`, WebSocketPolyfill: WebSocket, messageReconnectTimeout: patience * 10 })
    const provider = new HocuspocusProvider({ websocketProvider: socket, name: room, document: new Y.Doc(), token: 'session' })
    // They look away: twenty readers of everything would take the processor from the browser that is measured.
    provider.on('synced', () => socket.webSocket.removeAllListeners('message'))
    provider.attach()
    provider.setAwarenessField('user', { id: `p${index}`, name: `Person ${index}`, color: `#${(0x3b5bdb + index * 0x1111).toString(16).padStart(6, '0').slice(-6)}` })
    provider.setAwarenessField('selection', [nodes[index % nodes.length]])
    provider.setAwarenessField('page', page)
    return { provider, socket }
  })
  let step = 0
  const timer = setInterval(() => {
    step += 1
    members.forEach(({ provider }, index) => provider.setAwarenessField('cursor', {
      page, node: nodes[(index * 3 + Math.floor(step / 40)) % nodes.length], x: (step % 40) / 40, y: 0.5
    }))
  }, cursorInterval)
  return () => {
    clearInterval(timer)
    for (const { provider, socket } of members) { provider.destroy(); socket.destroy() }
  }
}

/** Types letters into the inspector's field and returns how long each took until the canvas had painted it. */
async function type (page, node, letters) {
  const field = page.getByRole('region', { name: 'Inspector' }).getByRole('textbox', { name: /^Label/ }).first()
  await field.click()
  await page.keyboard.press('End')
  await page.evaluate(id => {
    const drawn = [...document.querySelectorAll('.dr-artboard *')].find(element => element.shadowRoot !== null).shadowRoot
    const text = () => drawn.querySelector(`[data-node="${id}"]`).textContent
    window.painted = []
    window.stopTiming?.()
    const time = () => {
      const start = performance.now()
      const before = text()
      const frame = () => {
        if (text() === before) { requestAnimationFrame(frame); return }
        // A message that is posted within a frame comes after the frame is painted.
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => window.painted.push(performance.now() - start)
        port2.postMessage(null)
      }
      requestAnimationFrame(frame)
    }
    window.addEventListener('beforeinput', time, true)
    window.stopTiming = () => window.removeEventListener('beforeinput', time, true)
  }, node)
  for (let index = 0; index < letters + 5; index += 1) {
    const wanted = index + 1
    await page.keyboard.type('é')
    await page.waitForFunction(count => window.painted.length >= count, wanted, { polling: 5 })
  }
  // The first few warm the page up.
  return page.evaluate(() => window.painted.slice(5))
}

/** Selects a button by its text and returns its node. */
async function choose (page, text) {
  const button = page.getByRole('region', { name: 'Canvas' }).getByText(text, { exact: true })
  const node = await button.evaluate(element => element.closest('[data-node]').dataset.node)
  await button.click()
  return node
}

/** Drags an element over the page and returns the times between frames meanwhile. */
async function drag (page) {
  const button = page.getByRole('region', { name: 'Canvas' }).getByText('Größe 1', { exact: true })
  const box = await button.boundingBox()
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 8, y + 8, { steps: 4 })
  await page.evaluate(() => {
    window.frames_ = []
    let last = null
    const next = now => {
      if (last !== null) window.frames_.push(now - last)
      last = now
      window.frame_ = requestAnimationFrame(next)
    }
    window.frame_ = requestAnimationFrame(next)
  })
  for (let step = 0; step < dragSteps; step += 1) {
    await page.mouse.move(x + 100 * Math.sin(step / 20), y + 60 + step)
  }
  const frames = await page.evaluate(() => { cancelAnimationFrame(window.frame_); return window.frames_ })
  await page.keyboard.press('Escape')
  await page.mouse.up()
  return frames
}

try {
  const times = []
  let opened = await open()
  for (let index = 0; index < Number(loads); index += 1) {
    await opened.page.context().close()
    opened = await open()
    times.push(opened.time)
  }
  const { page, files } = opened
  const canvas = page.getByRole('region', { name: 'Canvas' })
  const alone = await type(page, await choose(page, 'Öffnen 0'), Number(edits))
  const seen = await canvas.locator('[data-node]').evaluateAll(found => found.map(element => element.dataset.node))
  const leave = crowd(seen[0], seen.slice(1, 60))
  await page.waitForFunction(count => document.body.innerText.includes(`+${count - 5}`) || document.querySelectorAll('.dr-face').length > 5, Number(people))
  const together = await type(page, await choose(page, 'Öffnen 2'), Number(edits))
  const frames = await drag(page)
  leave()
  console.log(JSON.stringify({ alone, together, frames, loads: times, files }))
} finally {
  await browser.close()
}
process.exit(0)
