// What the states share: people with names in one room of a template, and where things are in it.
import { Line, until } from '../support.mjs'

export { until }
export const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
export const inspector = page => page.getByRole('region', { name: 'Inspector' })
export const canvas = page => page.getByRole('region', { name: 'Canvas', exact: true })
export const element = (page, id) => canvas(page).locator(`[data-node="${id}"]`).first()
export const dialog = (page, name) => page.getByRole('dialog', { name })

/** By way of an empty hash: whoever was led to a node may have selected another since. */
export const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)

/** The pointer leaves what it was on, and its hint goes. */
export async function rest (page) {
  await page.mouse.move(640, 22)
  await page.getByRole('tooltip').waitFor({ state: 'detached' })
}

/** Shows a panel at the left, whatever was there. */
export async function panel (page, name) {
  const button = page.getByRole('toolbar', { name: 'Panels' }).getByRole('button', { name })
  if (await button.getAttribute('aria-pressed') !== 'true') await button.click()
  await rest(page)
}

/** Opens a panel at the foot. */
export async function foot (page, name) {
  const button = page.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name })
  if (await button.getAttribute('aria-pressed') !== 'true') await button.click()
  await rest(page)
}
export const closeFoot = page => page.getByRole('button', { name: 'Close the bottom panel' }).click()

export async function tab (page, name) {
  const found = inspector(page).getByRole('tab', { name })
  if (await found.count() > 0) await found.click()
}

export async function type (page, control, text) {
  await control.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.insertText(text)
  await control.blur()
}

/** Ends what is open above the desk. */
export async function escape (page) {
  await page.keyboard.press('Escape')
  await page.getByRole('dialog').waitFor({ state: 'detached' })
}

/** One room on the server: its people, and what is in it. */
export class Room {
  constructor (scene, server, name) {
    this.scene = scene
    this.server = server
    this.name = name
  }

  /** Somebody with a token, who knows the tour and wants no motion: page, and line to the server. */
  async person (who, token, { hasSeenTour = true, expected } = {}) {
    const context = await this.scene.browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', locale: 'en-GB' })
    if (hasSeenTour) await context.addInitScript(() => localStorage.setItem('design-rooms-tour', 'seen'))
    const page = await context.newPage()
    this.scene.watch(page, who, expected)
    const line = await Line.of(page)
    await page.goto(`${this.server}/login?token=${token}`)
    await page.getByRole('heading', { name: 'Rooms', exact: true }).waitFor()
    return { page, line }
  }

  async enter (page, name = this.name) {
    await page.goto(`${this.server}/rooms/${name}`)
    await page.getByTestId('save-state').getByText(/Saved|Read-only/).waitFor()
  }

  /** Makes a room, of a template with its records or empty. */
  async make (page, name, title, template) {
    const answer = await page.request.post(`${this.server}/api/rooms`, { data: { name, title, ...(template && { template }) } })
    if (answer.status() !== 201) throw new Error(`the room was not made: ${await answer.text()}`)
    if (!template) return
    // A preview that has never run may still be starting.
    const records = await until(async () => {
      const made = await page.request.post(`${this.server}/preview/${name}/player/data/generate`, { data: { template: true } })
      return made.status() === 503 ? null : made
    }, `the preview of ${name}`)
    if (!records.ok()) throw new Error(`the records were not made: ${await records.text()}`)
  }

  async model (page) {
    return (await (await page.request.get(`${this.server}/api/rooms/${this.name}/model`)).json()).model
  }

  /** The ids of the nodes of a type whose props fit; there has to be one. */
  async find (page, wanted, fits = () => true) {
    const { nodes } = await this.model(page)
    const found = Object.entries(nodes).filter(([, node]) => node.type === wanted && fits(node.props, node)).map(([id]) => id)
    if (found.length === 0) throw new Error(`the room has no such ${wanted}`)
    return found
  }
}
