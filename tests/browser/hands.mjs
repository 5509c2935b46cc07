// What a person has to work with: a mouse and a keyboard, or a keyboard alone.
//
// Everything that a script could do and a hand could not is refused: filling a field in one stroke,
// giving the focus, choosing an option of a list, running code in the page. Looking is free.
import { drag } from './support.mjs'

const LOOKING = new Set([
  'allInnerTexts', 'and', 'boundingBox', 'count', 'filter', 'first', 'getAttribute', 'getByLabel', 'getByPlaceholder',
  'getByRole', 'getByTestId', 'getByText', 'innerText', 'inputValue', 'isChecked', 'isVisible', 'last', 'locator', 'nth', 'or', 'scrollIntoViewIfNeeded',
  'textContent', 'url', 'waitFor', 'waitForURL'
])
// These move the mouse to the middle of what is meant and press there, as a hand would.
const POINTING = new Set(['click', 'dblclick', 'hover'])

/** How many stops of the Tab key anything may be away; more is a fault of the designer. */
const STOPS_MAX = 60

/** Wraps a page or locator so that only what `allowed` names can be done with it. */
function bound (target, allowed, who) {
  return new Proxy(target, {
    get (object, name) {
      const value = object[name]
      if (typeof value !== 'function') {
        if (typeof name === 'string' && ['mouse', 'touchscreen', 'keyboard'].includes(name)) throw new Error(`${who} has no page.${name}: use the hand's own`)
        return value
      }
      if (typeof name !== 'string' || name.startsWith('_')) return value.bind(object)
      if (!allowed.has(name)) throw new Error(`${who} has no hand for ${name}()`)
      return (...given) => {
        if (POINTING.has(name) && given[0]?.force === true) throw new Error(`${who} presses what can be pressed, and nothing by force`)
        const found = value.apply(object, given)
        return found !== null && typeof found === 'object' && typeof found.boundingBox === 'function' ? bound(found, allowed, who) : found
      }
    }
  })
}

/** Somebody at a page, by keyboard; `Hand` has a mouse besides. */
export class Keyboard {
  constructor (page, who) {
    this.who = who
    this.raw = page
    this.page = bound(page, this.allowed, who)
    /** What the Tab key went to, and in how many stops. */
    this.walks = []
  }

  get allowed () { return LOOKING }

  /** Presses keys one after the other, as `Tab*3` for three of them. */
  async keys (...names) {
    for (const name of names) {
      const [key, count] = name.split('*')
      for (let index = 0; index < Number(count ?? 1); index += 1) await this.raw.keyboard.press(key)
    }
  }

  /** Types letter by letter. */
  async type (text) { await this.raw.keyboard.type(text) }

  /** Types in place of what is there. */
  async retype (text) {
    await this.keys('Control+a')
    await this.type(text)
  }

  /** The names of what has the focus, by label and by content; looked at, never changed. */
  focused () {
    return this.raw.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return []
      const by = (element.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? '')
      const labels = [...(element.labels ?? [])].map(label => label.textContent)
      const own = /^(BUTTON|A)$/.test(element.tagName) ? [element.textContent] : []
      return [element.getAttribute('aria-label') ?? '', ...labels, ...by, ...own].map(text => text.trim()).filter(text => text !== '')
    })
  }

  /** Goes on with Tab, or with `key`, until what has the focus is called so. */
  async tabTo (name, key = 'Tab') {
    for (let stops = 0; stops <= STOPS_MAX; stops += 1) {
      if ((await this.focused()).some(text => name.test(text))) {
        this.walks.push([name.source, stops])
        return
      }
      await this.keys(key)
    }
    throw new Error(`${this.who}: the keyboard does not lead to ${name}`)
  }

  /** Waits until what has the focus is called so: a command led there. */
  async at (name) {
    const deadline = Date.now() + 10_000
    while (Date.now() < deadline) {
      if ((await this.focused()).some(text => name.test(text))) return
      await new Promise(resolve => setTimeout(resolve, 20))
    }
    throw new Error(`${this.who}: the focus is not at ${name} but at ${JSON.stringify(await this.focused())}`)
  }

  /** Chooses something in the finder, which Ctrl-K opens. */
  async find (text, result) {
    await this.keys('Control+k')
    await this.page.getByRole('combobox', { name: 'Find anything' }).waitFor()
    await this.type(text)
    const options = this.page.getByRole('listbox', { name: 'Results' }).getByRole('option')
    await options.filter({ hasText: result }).first().waitFor()
    for (let index = 0; index < 20; index += 1) {
      if (result.test((await this.page.locator('[role=listbox] [role=option][aria-selected=true]').innerText()).trim())) break
      await this.keys('ArrowDown')
    }
    await this.keys('Enter')
    await this.page.getByRole('combobox', { name: 'Find anything' }).waitFor({ state: 'detached' })
  }

  /** Opens the list that has the focus and goes to an option of it. */
  async pick (option) {
    await this.keys('Enter')
    const marked = this.page.locator('[role=option][data-combobox-selected]')
    for (let index = 0; index < 30; index += 1) {
      if (await marked.count() > 0 && (await marked.first().innerText()).trim() === option) {
        await this.keys('Enter')
        return
      }
      await this.keys('ArrowDown')
    }
    throw new Error(`${this.who}: the list does not offer ${option}`)
  }

  /** Fails if any pointer ever touched the page. */
  async touches () { return this.raw.evaluate(() => window.touches_ ?? 0) }
}

/** Somebody with a mouse besides. */
export class Hand extends Keyboard {
  get allowed () { return new Set([...LOOKING, ...POINTING]) }

  get mouse () { return this.raw.mouse }

  /** Drags one element onto the middle of another. */
  async drag (from, to) { await drag(this.raw, from, to) }

  /** Presses into a text and types in place of what is there. */
  async write (locator, text) {
    await locator.click()
    await this.retype(text)
  }
}

/** Counts what a pointer does in a page, from its first moment on. */
export async function countTouches (context) {
  await context.addInitScript(() => {
    window.touches_ = 0
    for (const name of ['pointerdown', 'pointermove', 'mousedown', 'touchstart', 'wheel']) {
      window.addEventListener(name, () => { window.touches_ += 1 }, { capture: true, passive: true })
    }
  })
}
