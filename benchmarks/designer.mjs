// The designer under the eyes of one person, while others point at things.
//
//   node designer.mjs SERVER PEOPLE EDITS LOADS ROOM…
//
// Prints one JSON object: for each room times in milliseconds, and the names of the files that were
// loaded. A time begins with the event of the browser and ends when the frame that shows what came
// of it is painted.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { chromium } from 'playwright-core'
import { WebSocket } from 'ws'
import * as Y from 'yjs'

const [server, people, edits, loads, ...rooms] = process.argv.slice(2)
const cursorInterval = 50
const dragSteps = 180
const patience = 30_000
// The first few warm the page up.
const warm = 5

const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
})

const canvas = page => page.getByRole('region', { name: 'Canvas' })
const onCanvas = (page, text) => canvas(page).getByText(text, { exact: true })
const nodeOf = locator => locator.evaluate(element => element.closest('[data-node]').dataset.node)

/** Opens a room with an empty cache and returns the page, its files, and how long it took. */
async function open (room) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.addInitScript(() => {
    window.longTasks = []
    new PerformanceObserver(list => window.longTasks.push(...list.getEntries().map(entry => entry.duration)))
      .observe({ type: 'longtask', buffered: true })
  })
  const page = await context.newPage()
  page.setDefaultTimeout(patience)
  const files = new Set()
  page.on('request', request => {
    const { pathname } = new URL(request.url())
    if (pathname.startsWith('/assets/')) files.add(pathname.slice(1))
  })
  const start = performance.now()
  await page.goto(`${server}/rooms/${room}`)
  await onCanvas(page, 'Öffnen 0').waitFor()
  await page.getByTestId('save-state').getByText('Saved').waitFor()
  return { page, files: [...files, 'index.html'], time: performance.now() - start }
}

/** The memory of a page's scripts after all rubbish is gone, in bytes. */
async function heapOf (page) {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  await session.detach()
  return usedSize
}

/** Others in the room, each moving a pointer over elements of the page. */
function crowd (room, page, nodes) {
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

/**
 * Acts again and again, and returns how long each act took until it was painted.
 *
 * A time begins with the next event of the name `begin`; `what` of the element with the node's id has
 * to differ then: its `text`, its `place` among its siblings, or which node is the `selected` one.
 */
async function time (page, { begin, what, node }, count, act) {
  await page.evaluate(([begin, what, node]) => {
    const drawn = [...document.querySelectorAll('.dr-artboard *')].find(element => element.shadowRoot !== null).shadowRoot
    const element = () => drawn.querySelector(`[data-node="${node}"]`)
    const read = {
      text: () => element().textContent,
      place: () => element().previousElementSibling?.dataset.node,
      selected: () => document.querySelector('.dr-outline-own[data-primary]:not([hidden])')?.dataset.outline
    }[what]
    window.painted = []
    const start = event => {
      const before = read()
      const frame = () => {
        if (read() === before) { requestAnimationFrame(frame); return }
        // A message that is posted within a frame comes after the frame is painted.
        const { port1, port2 } = new MessageChannel()
        port1.onmessage = () => { window.painted.push(performance.now() - event.timeStamp); window.onPainted?.() }
        port2.postMessage(null)
      }
      requestAnimationFrame(frame)
    }
    window.addEventListener(begin, start, true)
    window.stopTiming = () => window.removeEventListener(begin, start, true)
  }, [begin, what, node])
  for (let index = 0; index < count + warm; index += 1) {
    await act(index)
    // Told rather than asked for: questions in between would take the browser's time.
    await page.evaluate(wanted => new Promise(resolve => {
      window.onPainted = () => { if (window.painted.length >= wanted) resolve() }
      window.onPainted()
    }), index + 1)
  }
  return page.evaluate(from => { window.stopTiming(); return window.painted.slice(from) }, warm)
}

/** Types letters into the inspector's field of the button with a text. */
async function type (page, text, count) {
  const button = onCanvas(page, text)
  const node = await nodeOf(button)
  await button.click()
  await page.getByRole('region', { name: 'Inspector' }).getByRole('textbox', { name: /^Label/ }).first().click()
  await page.keyboard.press('End')
  return time(page, { begin: 'keydown', what: 'text', node }, count, () => page.keyboard.press('e'))
}

/** Types letters into a heading where it stands. */
async function typeInline (page, text, count) {
  const heading = onCanvas(page, text)
  const node = await nodeOf(heading)
  await heading.dblclick()
  await page.getByRole('textbox', { name: /^Text of/ }).waitFor()
  await page.keyboard.press('End')
  const times = await time(page, { begin: 'keydown', what: 'text', node }, count, () => page.keyboard.press('e'))
  await page.keyboard.press('Escape')
  return times
}

/** Moves the first of some siblings down and up again. */
async function move (page, text, count) {
  const element = onCanvas(page, text)
  const node = await nodeOf(element)
  await element.click()
  return time(page, { begin: 'keydown', what: 'place', node }, count, index => page.keyboard.press(index % 2 === 0 ? 'Alt+ArrowDown' : 'Alt+ArrowUp'))
}

/** Selects two elements in turn. */
async function select (page, texts, count) {
  await onCanvas(page, texts[0]).scrollIntoViewIfNeeded()
  const boxes = await Promise.all(texts.map(text => onCanvas(page, text).boundingBox()))
  const node = await nodeOf(onCanvas(page, texts[0]))
  return time(page, { begin: 'click', what: 'selected', node }, count, index => {
    const { x, y, width, height } = boxes[index % boxes.length]
    return page.mouse.click(x + width / 2, y + height / 2)
  })
}

/** Drags an element over the page and returns the times between frames meanwhile. */
async function drag (page, text) {
  const box = await onCanvas(page, text).boundingBox()
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

/** All that is measured in one room. */
async function visit (room) {
  const [times, longTasks] = [[], []]
  let opened = await open(room)
  for (let index = 0; index < Number(loads); index += 1) {
    await opened.page.context().close()
    opened = await open(room)
    times.push(opened.time)
    longTasks.push(Math.max(0, ...await opened.page.evaluate(() => window.longTasks)))
  }
  const { page, files } = opened
  const heap = await heapOf(page)
  const few = Math.ceil(Number(edits) / 3)
  const alone = await type(page, 'Öffnen 0', Number(edits))
  const seen = await canvas(page).locator('[data-node]').evaluateAll(found => found.map(element => element.dataset.node))
  const leave = crowd(room, seen[0], seen.slice(1, 60))
  await page.waitForFunction(count => document.body.innerText.includes(`+${count - 5}`) || document.querySelectorAll('.dr-face').length > 5, Number(people))
  const together = await type(page, 'Öffnen 2', Number(edits))
  const selected = await select(page, ['Größe 0', 'Größe 1'], few)
  const moved = await move(page, 'Größe 2', few)
  const inline = await typeInline(page, 'Größe 0', few)
  const frames = await drag(page, 'Größe 1')
  leave()
  await page.context().close()
  return { loads: times, longTasks, heap, alone, together, inline, moved, selected, frames, files }
}

try {
  const found = {}
  for (const room of rooms) found[room] = await visit(room)
  console.log(JSON.stringify(found))
} finally {
  await browser.close()
}
process.exit(0)
