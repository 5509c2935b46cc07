// What the scenes share: a browser, pages whose errors are faults, axe in both themes, pictures.
import { AxeBuilder } from '@axe-core/playwright'
import { chromium } from 'playwright-core'

/** How long anything may take to be seen, in milliseconds. */
export const PATIENCE_MS = 20_000

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
})

/** Drags one element onto the middle of another, as a hand does: in many small moves. */
export async function drag (page, from, to) {
  const middle = async locator => {
    const { x, y, width, height } = await locator.boundingBox()
    return [x + width / 2, y + height / 2]
  }
  await from.scrollIntoViewIfNeeded()
  const [x, y] = await middle(from)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 4, y + 6, { steps: 4 })
  await page.mouse.move(...await middle(to), { steps: 8 })
  // The browser tells of a drag over an element only now and then.
  for (let index = 0; index < 4; index += 1) {
    const [left, top] = await middle(to)
    await page.mouse.move(left + index % 2, top, { steps: 2 })
  }
  await page.mouse.up()
}

/**
 * The connection of one page to the server's socket, in the hands of the scene.
 *
 * While it is held, nothing passes either way, though both ends think that it does: so that two
 * people surely edit at once. While it is cut, there is no connection.
 */
export class Line {
  #isHeld = false
  #isCut = false
  #waiting = []
  #sockets = new Set()

  static async of (page) {
    const line = new Line()
    await page.routeWebSocket(/\/hocuspocus/, socket => line.#join(socket))
    return line
  }

  hold () { this.#isHeld = true }

  release () {
    this.#isHeld = false
    for (const pass of this.#waiting.splice(0)) pass()
  }

  async cut () {
    this.#isCut = true
    for (const [socket, server] of this.#sockets) await Promise.all([socket.close(), server.close()])
    this.#sockets.clear()
  }

  mend () { this.#isCut = false }

  #join (socket) {
    if (this.#isCut) {
      socket.close()
      return
    }
    const server = socket.connectToServer()
    const pair = [socket, server]
    this.#sockets.add(pair)
    socket.onMessage(message => this.#pass(() => this.#sockets.has(pair) && server.send(message)))
    server.onMessage(message => this.#pass(() => this.#sockets.has(pair) && socket.send(message)))
  }

  #pass (pass) {
    if (this.#isHeld) this.#waiting.push(pass)
    else pass()
  }
}

/**
 * One browser and what was found wrong in its pages.
 *
 * `pictures` is the folder for screenshots, or empty for none.
 */
export class Scene {
  faults = []

  constructor (browser, server, pictures = '') {
    this.browser = browser
    this.server = server
    this.pictures = pictures
  }

  /** Opens a path as somebody new; console errors that `expected` matches are none. */
  async open (path, who, { expected, ...options } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    const page = await context.newPage()
    this.watch(page, who, expected)
    await page.goto(`${this.server}${path}`)
    return page
  }

  /** As `open`, with the page's line to the server in hand: `[page, line]`. */
  async openLine (path, who, { expected, ...options } = {}) {
    const context = await this.browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
    const page = await context.newPage()
    this.watch(page, who, expected)
    const line = await Line.of(page)
    await page.goto(`${this.server}${path}`)
    return [page, line]
  }

  /** Keeps what a page logs as an error or throws. */
  watch (page, who, expected) {
    page.setDefaultTimeout(PATIENCE_MS)
    page.on('console', message => {
      if (message.type() === 'error' && !expected?.test(message.text())) this.faults.push(`${who}: ${message.text()}`)
    })
    page.on('pageerror', error => this.faults.push(`${who}: ${error.message}`))
  }

  async axe (page, name) {
    // What is half faded in has too little contrast for a moment.
    await page.evaluate(() => Promise.allSettled(
      document.getAnimations().filter(item => item.effect.getComputedTiming().endTime < Infinity).map(item => item.finished)
    ))
    const { violations } = await new AxeBuilder({ page }).analyze()
    for (const violation of violations) {
      const places = violation.nodes.map(node => node.target.join(' ')).slice(0, 3).join('; ')
      this.faults.push(`axe, ${name}: ${violation.id} at ${places}`)
    }
  }

  async shoot (page, name) {
    if (this.pictures) await page.screenshot({ path: `${this.pictures}/${name}.png` })
  }

  /** Both themes have to be free of axe's findings; with pictures both are taken at both widths. */
  async look (page, name) {
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme })
      for (const [width, height] of this.pictures ? [[1920, 1080], [1280, 800]] : [[1280, 800]]) {
        await page.setViewportSize({ width, height })
        await page.waitForTimeout(this.pictures ? 400 : 0)
        await this.shoot(page, `${name}-${colorScheme}-${width}`)
      }
      await this.axe(page, `${name}, ${colorScheme}`)
    }
  }

  /** Does the work; if it fails, says what every page showed. The process ends with it. */
  async play (work) {
    try {
      await work()
    } catch (error) {
      for (const [index, context] of this.browser.contexts().entries()) {
        for (const page of context.pages()) {
          await this.shoot(page, `failed-${index}`)
          console.error(page.url(), (await page.locator('body').innerText().catch(() => '')).slice(0, 2_000))
        }
      }
      console.error(this.faults)
      throw error
    } finally {
      await this.browser.close()
    }
    process.exit(0)
  }
}
