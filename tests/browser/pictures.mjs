// The documentation's pictures: every view of the tool with real content and three people in it.
//
//   node pictures.mjs SERVER OUT_DIR [VIEW…]
//
// Started by `make pictures`. SERVER is one where people sign in, with nothing in it yet and the tokens
// of ANNA, BEN, CLARA and DORA in the environment. Each view is taken light and dark, at 1280 × 800 and
// 1920 × 1080, as `VIEW-light-1280.png`. With names of views only those are taken.
import { mkdir } from 'node:fs/promises'
import { demoRooms } from './demo.mjs'
import { launch, Line, Scene, wear } from './support.mjs'

const [server, folder, ...wanted] = process.argv.slice(2)
if (!folder) throw new Error('usage: node pictures.mjs SERVER OUT_DIR [VIEW…]')
await mkdir(folder, { recursive: true })

const ROOM = 'insurance-claims'
const ORDERS = 'orders'
const SIZES = [[1280, 800], [1920, 1080]]

const scene = new Scene(await launch(), server, folder)

/** Somebody in a window of their own, who has seen the tour; with the line to the server. */
async function person (who, { hasSeenTour = true } = {}) {
  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', locale: 'en-GB' })
  if (hasSeenTour) await context.addInitScript(() => { if (location.pathname.startsWith('/rooms/')) localStorage.setItem('design-rooms-tour', 'seen') })
  const page = await context.newPage()
  scene.watch(page, who, /CLOSING or CLOSED/)
  const line = await Line.of(page)
  await page.goto(`${server}/login?token=${process.env[who]}`)
  await page.getByRole('heading', { name: 'Rooms', exact: true }).waitFor()
  return { page, line }
}

/** Makes a room of a template, with its records. */
async function make (page, name, title, template) {
  const room = await page.request.post(`${server}/api/rooms`, { data: { name, title, template } })
  const records = await page.request.post(`${server}/preview/${name}/player/data/generate`, { data: { template: true } })
  if (!room.ok() || !records.ok()) throw new Error(`the room ${name} was not made`)
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
async function find (page, type, fits = () => true) {
  const { model } = await (await page.request.get(`${server}/api/rooms/${ROOM}/model`)).json()
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
      await wear(page, colorScheme)
      await prepare()
      await page.waitForTimeout(500)
      await scene.shoot(page, `${name}-${colorScheme}-${width}`)
      await tidy()
    }
  }
}

/** What takes views, unless none of them is wanted; one that fails is told of and leaves the others be. */
async function attempt (views, work) {
  if (wanted.length > 0 && !views.split(' ').some(name => wanted.includes(name))) return
  try {
    await work()
  } catch (error) {
    scene.faults.push(`${views}: ${error.message.split('\n')[0]}`)
  }
}

await scene.play(async () => {
  const { page: anna, line: annasLine } = await person('ANNA')
  await make(anna, ROOM, 'Insurance claims', 'insurance-claims')
  await enter(anna)
  const { page: ben, line: bensLine } = await person('BEN')
  await enter(ben)
  const { page: clara } = await person('CLARA')
  await enter(clara)

  const [claims, heading, report, table, search] = [
    await find(anna, 'Page@1', props => props.path === '/claims'),
    await find(anna, 'Heading@1', props => props.text === 'Claims'),
    await find(anna, 'Button@1', props => props.label === 'Report a claim'),
    await find(anna, 'Table@1', props => JSON.stringify(props.dataSource).includes('vars.status')),
    await find(anna, 'TextField@1', props => props.label === 'Search')
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
  await attempt('history', async () => {
    await anna.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: /History/ }).click()
    const history = anna.getByRole('region', { name: 'History' })
    await view('history', anna, async () => {
      if (await anna.getByRole('button', { name: 'Back to now' }).count() > 0) return
      await history.getByRole('treeitem', { name: /Clara Öz/ }).first().click()
      await history.getByText(/to ‘All claims’/).click()
      await element(anna, heading).getByText('All claims').waitFor()
    })
    await anna.getByRole('button', { name: 'Back to now' }).click()
    await anna.getByRole('button', { name: 'Close the bottom panel' }).click()
    await select(anna, table)
  })
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

  const model = await find(anna, 'DataModel@1', props => props.name === 'Claim')
  await attempt('model', () => view('model', anna, async () => {
    await show(anna, 'Data models')
    await select(anna, model)
  }))
  const workflow = await find(anna, 'Workflow@1', props => props.name === 'payClaim')
  await attempt('workflow', () => view('workflow', anna, async () => {
    await show(anna, 'Workflows')
    await select(anna, workflow)
  }))

  const metric = await find(anna, 'Metric@1', props => props.label === 'Payable in all')
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

  // What would be lost is said before a field is deleted, and before a revision is restored.
  await attempt('model-impact', async () => {
    await show(anna, 'Data models')
    await select(anna, model)
    const field = anna.getByRole('grid', { name: 'Fields of Claim' }).getByRole('rowheader', { name: 'status' })
    await field.click()
    await anna.keyboard.press('Delete')
    await anna.getByRole('dialog').waitFor()
    await view('model-impact', anna)
    await anna.keyboard.press('Escape')
  })
  await attempt('trash', async () => {
    await show(anna, 'Layers')
    await select(anna, report)
    await anna.getByRole('button', { name: 'Delete', exact: true }).first().click()
    await saved(anna)
    await view('trash', anna, async () => {
      const tree = anna.getByRole('tree', { name: 'Layers' })
      await tree.focus()
      await anna.keyboard.press('End')
      if (await tree.locator(`[data-key="${report}"]`).count() === 0) await anna.keyboard.press('ArrowRight')
      await tree.locator(`[data-key="${report}"]`).click()
      await anna.mouse.move(640, 22)
    })
    await anna.keyboard.press('Control+z')
  })
  await attempt('offline', async () => {
    await select(anna, heading)
    await annasLine.cut()
    await anna.getByTestId('save-state').getByText('Offline').waitFor()
    await type(anna, inspector(anna).getByRole('textbox', { name: /^Text/ }).first(), 'Every claim')
    await view('offline', anna, async () => {
      await anna.getByRole('button', { name: /waiting/ }).click()
      await anna.getByRole('region', { name: 'Waiting changes' }).waitFor()
    }, () => anna.keyboard.press('Escape'))
    annasLine.mend()
    await anna.getByRole('button', { name: 'Reconnect now' }).click()
    await saved(anna)
  })

  await attempt('preview', async () => {
    await anna.goto(`${server}/preview/${ROOM}/#/`)
    await anna.getByRole('heading', { name: 'Claims at a glance' }).waitFor()
    await anna.locator('.app-metric-value').first().getByText(/\d/).waitFor()
    await view('preview', anna)
  })
  await attempt('preview-order', async () => {
    await make(anna, ORDERS, 'Order management', 'order-management')
    await anna.goto(`${server}/preview/${ORDERS}/#/orders`)
    await anna.getByRole('row', { name: /A-1001/ }).click()
    await anna.getByRole('button', { name: 'Reserve' }).waitFor()
    await anna.getByText('Desk lamp, brass').waitFor()
    await view('preview-order', anna)
  })

  await attempt('tour', async () => {
    const { page } = await person('DORA', { hasSeenTour: false })
    await enter(page)
    await page.getByRole('button', { name: 'Take the tour' }).click()
    await view('tour', page)
    await page.context().close()
  })

  await attempt('rooms new-room rooms-members rooms-share', () => roomViews(anna))
  console.log(scene.faults.length === 0 ? 'no faults' : scene.faults.join('\n'))
})

/** The page of rooms with a dozen of them, and its dialogs. */
async function roomViews (page) {
  for (const [name, title, model] of await demoRooms()) {
    const answer = await page.request.post(`${server}/api/rooms`, { data: { name, title, ...(model !== null && { model }) } })
    if (!answer.ok()) throw new Error(`the room ${name} was not made: ${await answer.text()}`)
  }
  await page.goto(`${server}/`)
  await page.getByRole('link', { name: 'Customer relations' }).waitFor()
  await page.waitForLoadState('networkidle')
  await view('rooms', page)
  const dialog = page.getByRole('dialog')
  const close = async () => {
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
  }
  await view('new-room', page, async () => {
    await page.getByRole('button', { name: 'New room' }).first().click()
    await dialog.getByRole('radio', { name: /insurance claims/i }).check({ force: true })
  }, close)
  const choose = async (room, item) => {
    await page.getByRole('button', { name: `More about ${room}`, exact: true }).click()
    await page.getByRole('menuitem', { name: item }).click()
  }
  await choose('Customer relations', 'Members…')
  for (const [user, role] of [['ben', 'editor'], ['clara', 'reviewer']]) {
    await dialog.getByRole('textbox', { name: 'Add a user' }).fill(user)
    await dialog.getByRole('combobox', { name: 'Role', exact: true }).selectOption(role)
    await dialog.getByRole('button', { name: 'Add' }).click()
    await dialog.getByRole('row', { name: new RegExp(user) }).waitFor()
  }
  await view('rooms-members', page)
  await close()
  await choose('Customer relations', 'Share a link…')
  await dialog.getByRole('button', { name: 'Make a link' }).click()
  await dialog.getByRole('textbox', { name: 'The link' }).waitFor()
  await view('rooms-share', page)
  await close()
}
