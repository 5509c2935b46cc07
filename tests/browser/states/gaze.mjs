// How a state of the tool is judged: axe in both themes, motion, and a picture of each if wanted.
import { Judge } from '../judge.mjs'
import { wear } from '../support.mjs'

const SIZES = [[1920, 1080], [1280, 800]]

/**
 * Looks at states of pages and remembers what was wrong with them.
 *
 * axe's rules of structure run in one theme, since they do not depend on it, and that of colour in both.
 */
export class Gaze {
  /** The names of the states that were looked at, in their order. */
  states = []

  #judge = new Judge()

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
      await wear(page, colorScheme)
      for (const [width, height] of this.scene.pictures ? SIZES : [[1280, 800]]) {
        await page.setViewportSize({ width, height })
        if (prepare !== null && this.scene.pictures) await prepare()
        if (this.scene.pictures) await page.waitForTimeout(300)
        await this.scene.shoot(page, `${name}-${colorScheme}-${width}`)
      }
      if (colorScheme === 'light') this.#blame(`${name}, light`, await this.#judge.structure(page))
      this.#blame(`${name}, ${colorScheme}`, await this.#judge.contrast(page))
    }
    await this.#stillness(page, name)
  }

  #blame (where, found) {
    for (const violation of found) this.scene.faults.push(`axe, ${where}: ${violation}`)
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
