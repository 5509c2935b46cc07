// How a state of the tool is judged: axe in both themes, motion, and a picture of each if wanted.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const AXE = readFileSync(createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'), 'utf-8')
/** The parts of the desk: each stays as it is through many states. */
const PARTS = '.dr-bar, .dr-rail, .dr-status, [data-panel]#left, [data-panel]#right, .dr-stage'
const SIZES = [[1920, 1080], [1280, 800]]

/**
 * Looks at states of pages and remembers what was wrong with them.
 *
 * axe runs in the page itself: its rules of structure in one theme, since they do not depend on it, and
 * that of colour, which costs most, in both for every part of the page that has not been seen so before.
 */
export class Gaze {
  /** The names of the states that were looked at, in their order. */
  states = []

  /** The parts whose colours were looked at, in each theme. */
  #parts = { light: new Set(), dark: new Set() }

  /** `only`, a pattern, leaves out the states with other names. */
  constructor (scene, only = null) {
    this.scene = scene
    this.only = only
  }

  /** `prepare` is done again for each size, where another size would end the state. */
  async at (page, name, prepare = null) {
    if (this.only !== null && !this.only.test(name)) return
    this.states.push(name)
    // Whoever reads of a failure wants to know how far it came.
    console.error(name)
    for (const colorScheme of ['dark', 'light']) {
      await page.emulateMedia({ colorScheme })
      for (const [width, height] of this.scene.pictures ? SIZES : [[1280, 800]]) {
        await page.setViewportSize({ width, height })
        if (prepare !== null && this.scene.pictures) await prepare()
        if (this.scene.pictures) await page.waitForTimeout(300)
        await this.scene.shoot(page, `${name}-${colorScheme}-${width}`)
      }
      if (colorScheme === 'light') await this.#axe(page, `${name}, light`, { rules: { 'color-contrast': { enabled: false } } })
      await this.#contrast(page, name, colorScheme)
    }
    await this.#stillness(page, name)
  }

  /** The colours of those parts of the page that were not looked at before, as they are, in this theme. */
  async #contrast (page, name, colorScheme) {
    const known = this.#parts[colorScheme]
    const parts = await page.evaluate(selector => [...document.querySelectorAll(selector)].map((part, index) => {
      part.dataset.gaze = index
      const within = [...part.querySelectorAll('*')].map(element => element.shadowRoot?.innerHTML ?? '')
      return part.outerHTML + within.join('')
    }), PARTS)
    const exclude = parts.flatMap((html, index) => known.has(html) ? [[`[data-gaze="${index}"]`]] : [])
    for (const html of parts) known.add(html)
    await this.#axe(page, `${name}, ${colorScheme}`, { runOnly: ['color-contrast'] }, exclude)
  }

  async #axe (page, name, options, exclude = []) {
    // What is half faded in has too little contrast for a moment.
    await page.waitForFunction(() => document.getAnimations().every(item => item.playState !== 'running' || item.effect.getComputedTiming().endTime === Infinity))
    if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(AXE)
    const violations = await page.evaluate(async ({ options, exclude }) => {
      const context = { include: [['html']], exclude }
      const found = await window.axe.run(context, { resultTypes: ['violations'], ...options })
      return found.violations.map(({ id, nodes }) => `${id} at ${nodes.slice(0, 3).map(node => `${node.target.join(' ')} (${node.failureSummary.split('\n')[1]?.trim()})`).join('; ')}`)
    }, { options, exclude })
    for (const violation of violations) this.scene.faults.push(`axe, ${name}: ${violation}`)
  }

  /**
   * Who asked for no motion gets none: nothing runs, and no element would glide at its next change.
   *
   * Carets blink in steps, which is no motion.
   */
  async #stillness (page, name) {
    const moving = await page.evaluate(() => {
      if (!matchMedia('(prefers-reduced-motion: reduce)').matches) return []
      const seconds = text => Math.max(...text.split(',').map(one => one.trim().endsWith('ms') ? parseFloat(one) / 1_000 : parseFloat(one)))
      const nameOf = element => `${element.tagName.toLowerCase()}.${element.getAttribute('class') ?? ''}`
      const roots = [document, ...[...document.querySelectorAll('*')].flatMap(element => element.shadowRoot ?? [])]
      const running = roots.flatMap(root => root.getAnimations())
        .filter(item => item.playState === 'running' && item.effect.getComputedTiming().duration > 1 && !/blink/i.test(item.animationName ?? ''))
        .map(item => `${item.animationName ?? item.transitionProperty} runs on ${nameOf(item.effect.target)}`)
      const gliding = roots.flatMap(root => [...root.querySelectorAll('*')])
        .filter(element => { const style = getComputedStyle(element); return seconds(style.transitionDuration) > 0.001 && style.transitionProperty !== 'none' })
        .map(element => `a transition waits on ${nameOf(element)}`)
      return [...new Set([...running, ...gliding])].slice(0, 5)
    })
    for (const what of moving) this.scene.faults.push(`motion, ${name}: ${what}`)
  }
}
