// axe in the page itself, for what looks at many states: no finding is lost, and none is looked for twice.
//
// The rules of structure do not depend on the theme and run once for a state. That of colour, which
// costs most, judges each look of a text once: its own colours and size, and those of all that it
// stands on. A text that looks as one before it has nothing new to be found.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const AXE = readFileSync(createRequire(createRequire(import.meta.url).resolve('@axe-core/playwright')).resolve('axe-core/axe.min.js'), 'utf-8')

export class Judge {
  /** The looks of texts that were judged, in any theme: colours tell the themes apart. */
  #looks = new Set()

  /** What axe finds in the page as it is now, but for colours; as sentences. */
  async structure (page) {
    await calm(page)
    return axe(page, { rules: { 'color-contrast': { enabled: false } } }, { include: [['html']] })
  }

  /** Texts whose colours are too near to those that they stand on, as sentences. */
  async contrast (page) {
    await calm(page)
    const looks = await page.evaluate(markLooks)
    const fresh = looks.filter(({ look }) => !this.#looks.has(look))
    if (fresh.length === 0) return []
    for (const { look } of fresh) this.#looks.add(look)
    return axe(page, { runOnly: ['color-contrast'] }, { include: fresh.map(({ path }) => path.length === 1 ? path : { fromShadowDom: path }) })
  }
}

/** What is half faded in has too little contrast for a moment. */
const calm = page => page.waitForFunction(() => document.getAnimations().every(item => item.playState !== 'running' || item.effect.getComputedTiming().endTime === Infinity))

async function axe (page, options, context) {
  if (!await page.evaluate(() => 'axe' in window)) await page.evaluate(AXE)
  return page.evaluate(async ({ options, context }) => {
    // What was there a moment ago may have gone: a tip, or somebody's name at a pointer.
    const isThere = path => (path.fromShadowDom ?? path).reduce((root, step) => { const one = root?.querySelector(step); return one?.shadowRoot ?? one }, document) != null
    const include = context.include.filter(isThere)
    if (include.length === 0) return []
    const found = await window.axe.run({ include }, { resultTypes: ['violations'], ...options })
    return found.violations.map(({ id, nodes }) => `${id} at ${nodes.slice(0, 3).map(node => `${node.target.join(' ')} ${node.html.slice(0, 120)} (${node.failureSummary.split('\n')[1]?.trim()})`).join('; ')}`)
  }, { options, context })
}

/**
 * Runs in the page: every look that a text has in it, with the way to one text of that look.
 *
 * Of texts that are seen it matters what is painted below their middle; of all of them what they stand in.
 */
function markLooks () {
  const found = new Map()
  const painted = new Map()
  let marks = 0
  const mark = element => {
    element.dataset.gaze ??= marks++
    return `[data-gaze="${element.dataset.gaze}"]`
  }
  const paint = element => {
    const known = painted.get(element)
    if (known !== undefined) return known
    const { backgroundColor, backgroundImage, opacity, filter, mixBlendMode } = getComputedStyle(element)
    const said = [backgroundColor, backgroundImage, opacity, filter, mixBlendMode].join()
    painted.set(element, said)
    return said
  }
  const isText = element => [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '') || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName)
  const above = element => element.parentElement ?? element.getRootNode().host ?? null
  const standings = new Map()
  /** What an element and all that it stands in are painted on. */
  const standing = element => {
    if (element === null) return ''
    const known = standings.get(element) ?? `${paint(element)};${standing(above(element))}`
    standings.set(element, known)
    return known
  }
  const search = (root, way) => {
    for (const element of root.querySelectorAll('*')) {
      if (element.shadowRoot !== null) search(element.shadowRoot, [...way, mark(element)])
      const box = element.getBoundingClientRect()
      if (box.width === 0 || box.height === 0 || !isText(element)) continue
      const { color, fontSize, fontWeight, textShadow, visibility, webkitTextFillColor } = getComputedStyle(element)
      const hint = element.placeholder ? getComputedStyle(element, '::placeholder').color + (element.value === '') : ''
      const below = root.elementsFromPoint(box.left + box.width / 2, box.top + box.height / 2).map(paint)
      const isOut = element.closest('[disabled], [aria-disabled=true], [inert], [aria-hidden=true]') !== null
      const look = [color, fontSize, fontWeight, textShadow, visibility, webkitTextFillColor, hint, isOut, standing(element), '|', ...below].join(';')
      if (found.has(look)) continue
      found.set(look, [...way, mark(element)])
    }
  }
  for (const marked of [document, ...[...document.querySelectorAll('*')].flatMap(element => element.shadowRoot ?? [])]) {
    for (const element of marked.querySelectorAll('[data-gaze]')) delete element.dataset.gaze
  }
  search(document, [])
  return [...found].map(([look, path]) => ({ look, path }))
}
