// What a person moved, copied, was refused or kept offline, in real browsers with real hands.
//
//   OLGA=token ANNA=token BEN=token node robust.mjs SERVER ROOM [PICTURES]
//
// Olga owns the room and only asks the server; Anna and Ben work in designers. The room is the order
// management; `ROOM-empty` has nothing in it. Prints one JSON object.
import { launch, Line, Scene, until } from './support.mjs'

const [server, room, pictures = ''] = process.argv.slice(2)
const { OLGA, ANNA, BEN } = process.env
const scene = new Scene(await launch(), server, pictures)
const LOGGED = /WebSocket|Failed to load resource/

const as = (token, path, method = 'GET', body = undefined) =>
  fetch(`${server}${path}`, { method, body, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } })
const model = async (name = room) => (await (await as(OLGA, `/api/rooms/${name}/model`)).json()).model.nodes
const byOrder = nodes => (a, b) => (nodes[a].place[2] < nodes[b].place[2] ? -1 : 1)
const childrenOf = (nodes, parent) => Object.keys(nodes).filter(id => nodes[id].place?.[0] === parent).sort(byOrder(nodes))

const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const tree = page => page.getByRole('tree', { name: 'Layers' })
const row = (page, id) => tree(page).locator(`[data-key="${id}"]`)
const canvas = page => page.getByRole('region', { name: 'Canvas' })
const drawn = (page, id) => canvas(page).locator(`[data-node="${id}"]`).first()
const told = (page, text) => page.getByRole('region', { name: 'Notifications' }).getByText(text).first().waitFor()
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const field = (page, name) => inspector(page).getByRole('textbox', { name }).first()
const panel = (page, name) => page.getByRole('toolbar', { name: 'Panels' }).getByRole('button', { name }).click()
// By way of an empty hash: whoever was led to a node may have selected another since.
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)
const middle = async locator => {
  const { x, y, width, height } = await locator.boundingBox()
  return [x + width / 2, y + height / 2]
}

async function focusOn (page, id) {
  await select(page, id)
  await tree(page).focus()
}

/** Takes an element into the hand and goes with it to a point, as a hand does: in many small moves. */
async function carry (page, from, to) {
  const [x, y] = await middle(from)
  await page.mouse.move(x, y)
  await page.mouse.down()
  await page.mouse.move(x + 4, y + 6, { steps: 4 })
  const [left, top] = typeof to === 'function' ? await to() : to
  await page.mouse.move(left, top, { steps: 6 })
  // The browser tells of a drag over an element only now and then.
  for (let index = 0; index < 4; index += 1) await page.mouse.move(left + index % 2, top, { steps: 2 })
}

async function signIn (context, who, token, name = room) {
  const page = await context.newPage()
  scene.watch(page, who, LOGGED)
  const line = await Line.of(page)
  await page.goto(`${server}/login?token=${token}&next=/rooms/${name}`)
  await page.waitForURL(new RegExp(`/rooms/${name}`))
  await page.evaluate(() => localStorage.setItem('design-rooms-tour', 'seen'))
  return [page, line]
}

/** Another window of the same person. */
async function visit (context, who, name) {
  const page = await context.newPage()
  scene.watch(page, who, LOGGED)
  await page.goto(`${server}/rooms/${name}`)
  return page
}

await scene.play(async () => {
  const said = {}
  const options = { viewport: { width: 1280, height: 800 } }
  const hers = await scene.browser.newContext({ ...options, permissions: ['clipboard-read', 'clipboard-write'] })
  const his = await scene.browser.newContext(options)
  let [anna, annasLine] = await signIn(hers, 'anna', ANNA)
  const [ben, bensLine] = await signIn(his, 'ben', BEN)
  await Promise.all([saved(anna), saved(ben)])
  const start = await model()
  const page = Object.fromEntries(Object.keys(start).filter(id => start[id].type === 'Page@1').map(id => [start[id].props.path, id]))
  const [customers, dashboard] = [page['/customers'], page['/']]
  const heading = Object.keys(start).find(id => start[id].props.text === 'Customers')
  const orders = Object.keys(start).find(id => start[id].type === 'Table@1' && start[id].place[0] === page['/orders'])
  const newOrder = Object.keys(start).find(id => start[id].props.label === 'New order')
  await Promise.all([anna, ben].map(one => one.getByRole('button', { name: 'Skip' }).click({ timeout: 2_000 }).catch(() => {})))

  // Two elements with data and actions are copied onto another page: what they refer to is the same.
  await focusOn(anna, newOrder)
  await row(anna, orders).click({ modifiers: ['Control'] })
  await anna.keyboard.press('Control+C')
  await focusOn(anna, customers)
  await anna.keyboard.press('Control+V')
  const copies = await until(async () => {
    const nodes = await model()
    const found = Object.keys(nodes).filter(id => !(id in start))
    return found.length === 2 && found.every(id => nodes[id].place !== null) && found.map(id => nodes[id])
  }, 'two copies')
  const table = copies.find(({ type }) => type === 'Table@1')
  said.copied = copies.every(({ place }) => place[0] === customers) && table.props.dataSource.model.ref === start[orders].props.dataSource.model.ref

  // What is no element: text becomes a text on the canvas, and is explained in the layers.
  await anna.evaluate(() => navigator.clipboard.writeText('Größe 😀 <b>'))
  await anna.keyboard.press('Control+V')
  await told(anna, 'What is on the clipboard is text.')
  await drawn(anna, heading).click()
  await anna.keyboard.press('Control+V')
  said.text = await until(async () => Object.values(await model()).some(({ type, props }) => type === 'Text@1' && props.text === 'Größe 😀 <b>'), 'the pasted text')
  const [aField] = Object.keys(start).filter(id => start[id].type === 'Field@1')
  await focusOn(anna, aField)
  await anna.keyboard.press('Control+C')
  await focusOn(anna, customers)
  await anna.keyboard.press('Control+V')
  await told(anna, /Neither the selection nor what it stands in takes this: Field/)
  await anna.evaluate(() => navigator.clipboard.writeText(JSON.stringify({ designRooms: 1, fragment: { roots: ['a'], nodes: [{ id: 'a', type: 'Nope@1', place: null, props: {} }] } })))
  await anna.keyboard.press('Control+V')
  await told(anna, 'This room does not know: Nope.')

  // Into another room, in another window: what the table refers to is not there, and she is told what.
  await focusOn(anna, orders)
  await anna.keyboard.press('Control+C')
  const elsewhere = await visit(hers, 'anna elsewhere', `${room}-empty`)
  await saved(elsewhere)
  await panel(elsewhere, 'Pages')
  await elsewhere.getByRole('button', { name: 'Add page' }).click()
  await elsewhere.keyboard.press('Enter')
  await panel(elsewhere, 'Layers')
  await tree(elsewhere).focus()
  await elsewhere.keyboard.press('Control+V')
  await told(elsewhere, /Choose others in the inspector for: Order/)
  said.otherRoom = await until(async () => Object.values(await model(`${room}-empty`)).some(({ type }) => type === 'Table@1'), 'the table in the other room')
  await elsewhere.close()

  // Dragging. With the page selected an element of it can be taken; Escape puts nothing anywhere.
  const long = await until(async () => {
    await focusOn(anna, heading)
    for (let index = 0; index < 40; index += 1) await anna.keyboard.press('Control+D')
    await saved(anna)
    return childrenOf(await model(), customers)
  }, 'a long page')
  await select(anna, customers)
  await drawn(anna, long[0]).waitFor()
  const order = async () => childrenOf(await model(), customers)
  const view = await anna.locator('.dr-canvas').boundingBox()
  await carry(anna, drawn(anna, long[0]), [view.x + view.width / 2, view.y + view.height - 6])
  await until(() => anna.locator('.dr-canvas').evaluate(one => one.scrollTop > 200), 'the canvas to scroll by itself')
  await anna.keyboard.press('Escape')
  await anna.mouse.up()
  const atTree = await tree(anna).boundingBox()
  await row(anna, long[0]).scrollIntoViewIfNeeded()
  await carry(anna, row(anna, long[0]), [atTree.x + 90, atTree.y + atTree.height - 6])
  const scrolled = await tree(anna).evaluate(one => one.scrollTop)
  await until(() => tree(anna).evaluate((one, before) => one.scrollTop > before + 200, scrolled), 'the layers to scroll by themselves')
  await anna.keyboard.press('Escape')
  await anna.mouse.up()
  said.escaped = JSON.stringify(await order()) === JSON.stringify(long) && await anna.locator('.dr-drop-line, .dr-drop-into, .dr-spot-line, .dr-page-target').count() === 0

  // Several at once, into the very gap that the mark shows.
  await select(anna, customers)
  await anna.locator('.dr-canvas').evaluate(one => one.scrollTo(0, 0))
  await drawn(anna, long[1]).click()
  await drawn(anna, long[3]).click({ modifiers: ['Shift'] })
  await carry(anna, drawn(anna, long[3]), async () => {
    const [above, below] = [await drawn(anna, long[5]).boundingBox(), await drawn(anna, long[6]).boundingBox()]
    return [above.x + above.width / 2, (above.y + above.height + below.y) / 2]
  })
  await anna.locator('.dr-spot-line').waitFor()
  await anna.mouse.up()
  const moved = [long[0], long[2], long[4], long[5], long[1], long[3], long[6]]
  said.several = await until(async () => JSON.stringify((await order()).slice(0, 7)) === JSON.stringify(moved), 'both in the gap')

  // Onto another page: by its name above the canvas, and in the list of pages; a page takes no field.
  await carry(anna, drawn(anna, long[0]), () => middle(anna.locator('.dr-page-target', { hasText: 'Dashboard' })))
  await anna.mouse.up()
  await until(async () => (await model())[long[0]].place[0] === dashboard, 'the element on the other page')
  await panel(anna, 'Pages')
  await select(anna, long[2])
  await carry(anna, drawn(anna, long[2]), () => middle(anna.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: /^Dashboard/ })))
  await anna.mouse.up()
  said.otherPage = await until(async () => (await model())[long[2]].place[0] === dashboard, 'the element on the page of the list')
  await panel(anna, 'Layers')
  await select(anna, aField)
  await carry(anna, row(anna, aField), () => middle(row(anna, 'section:dataModels')))
  await anna.locator('.dr-drop-why').waitFor()
  await anna.mouse.up()
  await told(anna, 'Nothing was moved')
  said.illegal = (await model())[aField].place[0] === start[aField].place[0]

  // Ben deletes what she is about to drop into: nothing goes anywhere else, and she is told.
  const grid = Object.keys(start).find(id => start[id].type === 'Grid@1' && start[id].place[0] === dashboard)
  const [metric] = childrenOf(start, grid)
  await select(anna, dashboard)
  await focusOn(ben, grid)
  await carry(anna, drawn(anna, long[0]), async () => {
    const { x, y, width, height } = await drawn(anna, metric).boundingBox()
    return [x + width - 12, y + height / 2]
  })
  await anna.locator('.dr-spot-caption', { hasText: 'Grid' }).waitFor()
  const before = (await model())[long[0]].place
  annasLine.hold()
  await ben.keyboard.press('Delete')
  await saved(ben)
  annasLine.release()
  await until(async () => await drawn(anna, grid).count() === 0, 'the grid to go')
  await anna.mouse.up()
  await saved(anna)
  // The mark has gone along: she drops where it is now, on the page, or nowhere.
  said.targetGone = await until(async () => {
    const nodes = await model()
    return nodes[grid].place === null && nodes[long[0]].place[0] === dashboard && before[0] === dashboard
  }, 'nothing in what is deleted')
  await ben.keyboard.press('Control+Z')
  await saved(ben)

  /** Whose value was overwritten is told; whose stands may have come too late to hear of the other. */
  const toldOne = card => until(async () => {
    for (const one of [anna, ben]) if (await card(one).count() > 0) return one
    return null
  }, 'one of the two to be told')

  // Two move one element at once: both places are shown, and the choice holds.
  await Promise.all([focusOn(anna, long[4]), focusOn(ben, long[4])])
  const outOf = async (one, name) => {
    await carry(one, drawn(one, long[4]), () => middle(one.locator('.dr-page-target', { hasText: name })))
    await one.mouse.up()
  }
  await Promise.all([drawn(anna, long[4]).waitFor(), drawn(ben, long[4]).waitFor()])
  annasLine.hold()
  bensLine.hold()
  await outOf(anna, 'Dashboard')
  await outOf(ben, /^Orders/)
  annasLine.release()
  bensLine.release()
  const moves = one => one.getByRole('group', { name: /é moved Heading/ })
  const overruled = await toldOne(moves)
  await moves(overruled).getByRole('button', { name: 'Keep mine' }).first().click()
  const wanted = overruled === anna ? dashboard : page['/orders']
  said.moves = await until(async () => (await model())[long[4]].place[0] === wanted, 'the place that was chosen')

  // A long text at once: the card shows it whole, and a key reaches it.
  const words = 'Größe und Gewicht '.repeat(30).trim()
  await Promise.all([focusOn(anna, long[6]), focusOn(ben, long[6])])
  await Promise.all([field(anna, /^Text/).waitFor(), field(ben, /^Text/).waitFor()])
  annasLine.hold()
  bensLine.hold()
  await field(anna, /^Text/).fill(`${words} A`)
  await field(ben, /^Text/).fill(`${words} B`)
  annasLine.release()
  bensLine.release()
  const conflict = one => inspector(one).getByRole('group', { name: /while you did$/ })
  const reader = await toldOne(conflict)
  const card = conflict(reader)
  await card.getByRole('button', { name: 'Show all' }).press('Enter')
  const theirs = await card.getByRole('group', { name: reader === anna ? 'Ben é’s, in full' : 'Anna é’s, in full' }).innerText()
  said.whole = theirs === `${words} ${reader === anna ? 'B' : 'A'}`
  await scene.axe(reader, 'a conflict in full')
  await card.getByRole('button', { name: 'Keep mine' }).click()
  await saved(reader)

  // Others work around what she types in: focus, caret, scroll and selection stay.
  const far = long[30]
  await select(anna, far)
  await tree(anna).evaluate(one => { one.scrollTop += 60 })
  await field(anna, /^Text/).fill('Hello')
  await anna.keyboard.press('ArrowLeft')
  const where = async () => [
    (await row(anna, far).boundingBox()).y, Math.round((await drawn(anna, far).boundingBox()).y),
    await anna.evaluate(() => [document.activeElement.id, document.activeElement.selectionStart])
  ]
  await saved(anna)
  const still = JSON.stringify(await where())
  await focusOn(ben, long[6])
  await ben.keyboard.press('Control+D')
  await ben.keyboard.press('Control+D')
  await focusOn(ben, long[7])
  await ben.keyboard.press('Delete')
  await saved(ben)
  await until(async () => await drawn(anna, long[7]).count() === 0, 'his work')
  said.still = await until(async () => JSON.stringify(await where()) === still, `what she sees to stay: ${still}`)

  // He deletes the very element: she is told by whom, and what she types is kept with it.
  await focusOn(ben, far)
  await ben.keyboard.press('Delete')
  await inspector(anna).getByText('Ben é moved this element to the Trash').waitFor()
  await anna.keyboard.type('xy')
  await until(async () => {
    const node = (await model())[far]
    return node.place === null && node.props.text === 'Hellxyo'
  }, 'her words in the Trash')
  await inspector(anna).getByRole('button', { name: 'Restore' }).click()
  said.deleted = await until(async () => (await model())[far].place !== null, 'the element back')

  // Following: his page, his scroll, his selection; her own hand ends it, and so does his leaving.
  const face = anna.getByRole('button', { name: /^Ben é: / })
  await select(anna, page['/orders'])
  await focusOn(ben, heading)
  await face.click()
  await anna.getByText('Following Ben é').waitFor()
  const scrolls = () => anna.locator('.dr-canvas').evaluate(one => one.scrollTop)
  await select(ben, long[35])
  await until(async () => await drawn(anna, long[35]).count() > 0 && await scrolls() > 100, 'his selection')
  const board = await ben.locator('.dr-canvas').boundingBox()
  await ben.mouse.move(board.x + 200, board.y + 200)
  await ben.mouse.wheel(0, -9_000)
  await until(async () => await scrolls() === 0, 'his scroll')
  await anna.mouse.move(view.x + 200, view.y + 200)
  await anna.mouse.wheel(0, 60)
  await told(anna, 'You no longer follow Ben é')
  await face.click()
  await anna.getByText('Following Ben é').waitFor()
  await his.close()
  await told(anna, 'Ben é has left')
  said.followed = await anna.getByText('Following Ben é').count() === 0

  // Offline she writes and adds; meanwhile she may only look. What is not taken is listed with who
  // and why, after a reload too, on a page that shows what is stored.
  await select(anna, heading)
  await field(anna, /^Text/).waitFor()
  await annasLine.cut()
  await anna.getByTestId('save-state').getByText('Offline').waitFor()
  const stored = (await model())[heading].props.text
  await field(anna, /^Text/).fill('Offline 😀')
  await tree(anna).focus()
  await anna.keyboard.press('Control+D')
  const give = role => as(OLGA, `/api/rooms/${room}/members/anna`, 'PUT', JSON.stringify({ role }))
  await give('viewer')
  await anna.reload()
  await anna.getByRole('button', { name: '2 waiting' }).waitFor()
  annasLine.mend()
  await told(anna, 'A viewer cannot edit this room.')
  await drawn(anna, heading).getByText(stored).waitFor()
  await focusOn(anna, customers)
  await anna.keyboard.press('Control+V')
  await told(anna, 'You may look at this room, but not change it.')
  await anna.reload()
  const list = anna.getByRole('region', { name: 'Not accepted' })
  await anna.getByRole('button', { name: '1 not accepted' }).click()
  await list.getByRole('button', { name: 'Copy the heading' }).click()
  await list.getByRole('button', { name: 'Copied' }).waitFor()
  await scene.axe(anna, 'what was not accepted')
  await give('editor')
  await saved(anna)
  // The element comes back by the clipboard, the text by trying again.
  await list.getByRole('button', { name: 'Try again' }).first().click()
  await until(async () => (await model())[heading].props.text === 'Offline 😀', 'her text')
  await anna.keyboard.press('Escape')
  await focusOn(anna, dashboard)
  await anna.keyboard.press('Control+V')
  said.refused = await until(async () => Object.values(await model()).some(({ place, props }) => place?.[0] === dashboard && props.text === 'Offline 😀'), 'her element')

  // Somebody else in the same browser neither sees nor sends what she has not sent yet.
  await saved(anna)
  await annasLine.cut()
  await anna.getByTestId('save-state').getByText('Offline').waitFor()
  await select(anna, heading)
  await field(anna, /^Text/).fill('Annas own')
  await anna.close()
  const [guest] = await signIn(hers, 'ben in her browser', BEN)
  await saved(guest)
  await select(guest, heading)
  const seen = await field(guest, /^Text/).inputValue()
  const sent = (await model())[heading].props.text
  await guest.close()
  const again = await signIn(hers, 'anna again', ANNA)
  anna = again[0]
  await until(async () => (await model())[heading].props.text === 'Annas own', 'what she had kept')
  said.ownCopy = seen === 'Offline 😀' && sent === 'Offline 😀'

  console.log(JSON.stringify({ said, faults: scene.faults }))
})
