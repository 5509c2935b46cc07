// The documentation's pictures: every view of the designer with real content and three people in it.
//
//   node tests/browser/pictures.mjs SERVER OUT_DIR [VIEW…]
//
// SERVER is one without sign-in and with nothing in it yet: each run makes a room of its own there, of
// the template for insurance claims. Each view is taken light and dark, at 1280 × 800 and 1920 × 1080,
// as `VIEW-light-1280.png`. With names of views only those are taken.
import { mkdir } from 'node:fs/promises'
import { launch, Line, Scene } from './support.mjs'

const [server, folder, ...wanted] = process.argv.slice(2)
if (!folder) throw new Error('usage: node pictures.mjs SERVER OUT_DIR [VIEW…]')
await mkdir(folder, { recursive: true })

const ROOM = `claims-${Date.now().toString(36)}`
const SIZES = [[1280, 800], [1920, 1080]]

const scene = new Scene(await launch(), server, folder)

const colors = new Set()

/**
 * Somebody with a name in a window of their own, who has seen the tour; with the line to the server.
 *
 * Guests get one of a few colours; whoever would look like somebody else comes in again.
 */
async function person (name, { hasSeenTour = true } = {}) {
  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  if (hasSeenTour) await context.addInitScript(() => localStorage.setItem('design-rooms-tour', 'seen'))
  const page = await context.newPage()
  scene.watch(page, name)
  const line = await Line.of(page)
  await page.goto(`${server}/`)
  const color = await page.evaluate(async name => {
    await fetch('/api/session')
    const answer = await fetch('/api/session', { method: 'PUT', body: JSON.stringify({ name }) })
    return (await answer.json()).color
  }, name)
  if (colors.has(color) && colors.size < 4) {
    await context.close()
    return person(name, { hasSeenTour })
  }
  colors.add(color)
  return { page, line }
}

const enter = async page => {
  await page.goto(`${server}/rooms/${ROOM}`)
  await saved(page)
}
const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const canvas = page => page.getByRole('region', { name: 'Canvas', exact: true })
const panel = (page, name) => page.getByRole('toolbar', { name: 'Panels' }).getByRole('button', { name })
const element = (page, id) => canvas(page).locator(`[data-node="${id}"]`).first()
const select = (page, id) => page.evaluate(id => { location.hash = `node=${id}` }, id)

/** Shows a panel at the left, whatever was there; the pointer then leaves the rail and its hints. */
async function show (page, name) {
  if (await panel(page, name).getAttribute('aria-pressed') !== 'true') await panel(page, name).click()
  await page.mouse.move(640, 22)
}

/** The id of the first node of a type whose props fit. */
async function find (type, fits = () => true) {
  const { model } = await (await fetch(`${server}/api/rooms/${ROOM}/model`)).json()
  const found = Object.entries(model.nodes).find(([, node]) => node.type === type && fits(node.props))
  if (!found) throw new Error(`the template has no such ${type}`)
  return found[0]
}

async function type (page, control, text) {
  await control.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
  await control.blur()
}

/** Points at a part of an element, as somebody does who talks about it. */
async function point (page, id, across = 0.5, down = 0.5) {
  const box = await element(page, id).boundingBox()
  if (box === null) return
  const [x, y] = [box.x + box.width * across, box.y + box.height * down]
  await page.mouse.move(x - 40, y - 20)
  await page.mouse.move(x, y, { steps: 4 })
}

/** Drags to a place without letting go; `release` lets go outside of everything. */
async function drag (page, from, to) {
  await from.scrollIntoViewIfNeeded()
  const [start, end] = [await from.boundingBox(), await to.boundingBox()]
  await page.mouse.move(start.x + Math.min(start.width / 2, 40), start.y + start.height / 2)
  await page.mouse.down()
  await page.mouse.move(end.x + 80, end.y + end.height * 0.7, { steps: 12 })
  await page.mouse.move(end.x + 84, end.y + end.height * 0.75, { steps: 3 })
}
const release = async page => {
  await page.keyboard.press('Escape')
  await page.mouse.up()
}

/** Takes a view in both themes and sizes; `prepare` puts it together anew for each of them. */
async function view (name, page, prepare = async () => {}, tidy = async () => {}) {
  if (wanted.length > 0 && !wanted.includes(name)) return
  for (const [width, height] of SIZES) {
    for (const colorScheme of ['light', 'dark']) {
      await page.setViewportSize({ width, height })
      await page.emulateMedia({ colorScheme })
      await prepare()
      await page.waitForTimeout(500)
      await scene.shoot(page, `${name}-${colorScheme}-${width}`)
      await tidy()
    }
  }
}

/** A view that fails is told of and leaves the others be. */
async function attempt (name, work) {
  try {
    await work()
  } catch (error) {
    scene.faults.push(`${name}: ${error.message.split('\n')[0]}`)
  }
}

await scene.play(async () => {
  const { page: anna, line: annasLine } = await person('Anna Berg')
  const made = await anna.evaluate(async room => {
    const answer = await fetch('/api/rooms', { method: 'POST', body: JSON.stringify({ name: room, title: 'Insurance claims', template: 'insurance-claims' }) })
    await fetch(`/preview/${room}/player/data/generate`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ template: true }) })
    return answer.status
  }, ROOM)
  if (made !== 201) throw new Error(`the room was not made: ${made}`)
  await enter(anna)
  const { page: ben, line: bensLine } = await person('Ben Ek')
  await enter(ben)
  const { page: clara } = await person('Clara Öz')
  await enter(clara)

  const [claims, heading, report, table, search] = [
    await find('Page@1', props => props.path === '/claims'),
    await find('Heading@1', props => props.text === 'Claims'),
    await find('Button@1', props => props.label === 'Report a claim'),
    await find('Table@1', props => JSON.stringify(props.dataSource).includes('vars.status')),
    await find('TextField@1', props => props.label === 'Search')
  ]

  // Three people at work on one page, and a history of it.
  for (const page of [anna, ben, clara]) await select(page, claims)
  await select(ben, report)
  await type(ben, inspector(ben).getByRole('textbox', { name: /^Label/ }).first(), 'Report a new claim')
  await saved(ben)
  await select(clara, heading)
  await type(clara, inspector(clara).getByRole('textbox', { name: /^Text/ }).first(), 'All claims')
  await saved(clara)
  await select(clara, search)
  await type(clara, inspector(clara).getByRole('textbox', { name: /^Label/ }).first(), 'Search by number')
  await saved(clara)
  await select(anna, table)
  const gather = async () => {
    await point(ben, report, 0.6, 0.7)
    await point(clara, table, 0.55, 0.5)
  }

  await attempt('designer', () => view('designer', anna, async () => {
    await show(anna, 'Layers')
    await gather()
  }))
  await attempt('palette', () => view('palette', anna, async () => {
    await show(anna, 'Insert')
    await anna.getByRole('option', { name: /^Confirmation/ }).scrollIntoViewIfNeeded()
  }))
  await attempt('palette-drag', () => view('palette-drag', anna, async () => {
    await show(anna, 'Insert')
    await drag(anna, anna.getByRole('option', { name: /^Button/ }).first(), element(anna, search))
  }, () => release(anna)))
  await attempt('layers-drag', () => view('layers-drag', anna, async () => {
    await show(anna, 'Layers')
    await select(anna, report)
    await select(anna, table)
    const row = id => anna.locator(`.dr-tree [data-key="${id}"]`).first()
    await drag(anna, row(report), row(table))
  }, () => release(anna)))
  await attempt('pages', () => view('pages', anna, () => show(anna, 'Pages')))

  const model = await find('DataModel@1', props => props.name === 'Claim')
  await attempt('model', () => view('model', anna, async () => {
    await show(anna, 'Data models')
    await select(anna, model)
  }))
  const workflow = await find('Workflow@1', props => props.name === 'payClaim')
  await attempt('workflow', () => view('workflow', anna, async () => {
    await show(anna, 'Workflows')
    await select(anna, workflow)
  }))

  const metric = await find('Metric@1', props => props.label === 'Payable in all')
  await attempt('expression', () => view('expression', anna, async () => {
    await show(anna, 'Layers')
    await select(anna, metric)
    const code = inspector(anna).locator('.cm-content').first()
    await code.click()
    await anna.keyboard.press('Control+End')
    await anna.keyboard.type(' + models.')
    await anna.locator('.cm-tooltip-autocomplete').waitFor()
  }, async () => {
    await anna.keyboard.press('Escape')
    for (let index = 0; index < ' + models.'.length; index += 1) await anna.keyboard.press('Backspace')
    await saved(anna)
  }))

  await select(anna, table)
  await attempt('finder', () => view('finder', anna, async () => {
    await canvas(anna).click({ position: { x: 8, y: 300 } })
    await anna.keyboard.press('Control+K')
    await anna.keyboard.type('claim')
  }, async () => {
    await anna.keyboard.press('Escape')
    await anna.getByRole('dialog').waitFor({ state: 'hidden' })
  }))
  await attempt('shortcuts', () => view('shortcuts', anna, async () => {
    await anna.getByRole('button', { name: 'Keyboard shortcuts' }).click()
    await anna.getByRole('searchbox', { name: 'Find a shortcut' }).waitFor()
  },
    async () => {
      await anna.keyboard.press('Escape')
      await anna.getByRole('dialog').waitFor({ state: 'hidden' })
    }))

  // Both set one member at once; whoever was overtaken is asked.
  await attempt('conflict', async () => {
    for (const page of [anna, ben]) await select(page, search)
    await inspector(anna).getByRole('textbox', { name: /^Label/ }).first().waitFor()
    annasLine.hold()
    bensLine.hold()
    await type(anna, inspector(anna).getByRole('textbox', { name: /^Label/ }).first(), 'Find a claim')
    await type(ben, inspector(ben).getByRole('textbox', { name: /^Label/ }).first(), 'Number of the claim')
    annasLine.release()
    bensLine.release()
    await saved(anna)
    await saved(ben)
    const asks = page => page.getByRole('button', { name: /Keep mine/ }).first()
    const loser = await Promise.any([anna, ben].map(page => asks(page).waitFor().then(() => page)))
    await view('conflict', loser)
    await loser.getByRole('button', { name: /Keep theirs/ }).first().click()
  })

  // A table without data is a problem, and is listed.
  await attempt('problems', async () => {
    await select(anna, claims)
    await show(anna, 'Insert')
    await anna.getByRole('option', { name: /^Dashboard/ }).click()
    await saved(anna)
    await view('problems', anna, async () => {
      await show(anna, 'Layers')
      const status = anna.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: /Problems/ })
      if (await status.getAttribute('aria-pressed') !== 'true') await status.click()
    })
    await anna.getByRole('button', { name: 'Close the bottom panel' }).click()
  })

  await attempt('history', async () => {
    await anna.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: /History/ }).click()
    await anna.getByRole('region', { name: 'History' }).getByText('Clara Öz').first().waitFor()
    await view('history', anna, async () => {
      const slider = anna.getByRole('slider', { name: 'Revision' })
      await slider.focus()
      if (await anna.getByRole('button', { name: 'Back to now' }).count() === 0) for (let index = 0; index < 3; index += 1) await anna.keyboard.press('ArrowLeft')
      await anna.getByRole('button', { name: 'Back to now' }).waitFor()
    })
    await anna.getByRole('button', { name: 'Back to now' }).click()
    await anna.getByRole('button', { name: 'Close the bottom panel' }).click()
  })

  await attempt('preview', async () => {
    const preview = await scene.browser.newPage()
    await preview.goto(`${server}/preview/${ROOM}/#/`)
    await preview.getByRole('heading', { name: 'Claims at a glance' }).waitFor()
    await view('claims-preview', preview)
    await preview.context().close()
  })

  await attempt('tour', async () => {
    const { page } = await person('Dora Novák', { hasSeenTour: false })
    await enter(page)
    await page.getByRole('button', { name: 'Take the tour' }).click()
    await view('tour', page)
    await page.context().close()
  })

  await attempt('rooms', async () => {
    const { page } = await person('Dora Novák')
    await view('rooms-now', page)
    await view('new-room', page, async () => {
      await page.getByRole('button', { name: 'New room' }).first().click()
      await page.getByRole('radio', { name: /insurance claims/i }).check()
    }, () => page.keyboard.press('Escape'))
  })

  console.log(scene.faults.length === 0 ? 'no faults' : scene.faults.join('\n'))
})
