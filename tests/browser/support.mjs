// What the scenes share: a browser, pages whose errors are faults, axe in both themes, pictures.
import { chromium } from 'playwright-core'
import { Judge } from './judge.mjs'

/** How long anything may take to be seen, in milliseconds. */
export const PATIENCE_MS = 20_000

export const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
})

/** Looks again and again until there is something, and returns it. */
export async function until (look, what) {
  const deadline = Date.now() + PATIENCE_MS
  while (Date.now() < deadline) {
    const found = await look()
    if (found) return found
    await new Promise(resolve => setTimeout(resolve, 20))
  }
  throw new Error(`waited in vain for ${what}`)
}

/** Puts a page into a theme, and waits until all of it is: half of it in each has no contrast. */
export async function wear (page, colorScheme) {
  await page.emulateMedia({ colorScheme })
  await page.waitForFunction(scheme => (document.documentElement.dataset.mantineColorScheme ?? scheme) === scheme, colorScheme)
  await page.evaluate(() => new Promise(resolve => requestAnimationFrame(() => requestAnimationFrame(resolve))))
}

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

  #judge = new Judge()

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

  /** axe finds nothing in the page as it is now. */
  async axe (page, name) {
    this.#blame(name, await this.#judge.structure(page))
    this.#blame(name, await this.#judge.contrast(page))
  }

  async shoot (page, name) {
    if (this.pictures) await page.screenshot({ path: `${this.pictures}/${name}.png` })
  }

  /** Both themes have to be free of axe's findings; with pictures both are taken at both widths. */
  async look (page, name) {
    for (const colorScheme of ['dark', 'light']) {
      await wear(page, colorScheme)
      for (const [width, height] of this.pictures ? [[1920, 1080], [1280, 800]] : [[1280, 800]]) {
        await page.setViewportSize({ width, height })
        if (this.pictures) await page.waitForTimeout(400)
        await this.shoot(page, `${name}-${colorScheme}-${width}`)
      }
      if (colorScheme === 'light') this.#blame(`${name}, light`, await this.#judge.structure(page))
      this.#blame(`${name}, ${colorScheme}`, await this.#judge.contrast(page))
    }
  }

  #blame (where, found) {
    for (const violation of found) this.faults.push(`axe, ${where}: ${violation}`)
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
