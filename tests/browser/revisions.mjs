// Two hundred revisions of two people, in the history: read, scrubbed through by keyboard, one looked
// at, and one restored that changes the data models.
//
//   ANNA=token BEN=token node revisions.mjs SERVER ROOM
//
// The room is of the template for order management, with its records. Anna and Ben edit it in turns as
// npm clients; then Anna opens it in a browser. Prints one JSON object: what was found true, how long
// a step through the revisions took, what memory it left held, and the faults.
import * as Y from 'yjs'
import { Peer } from './peer.mjs'
import { launch, Scene, until } from './support.mjs'

const [server, room] = process.argv.slice(2)
const { ANNA, BEN } = process.env
const scene = new Scene(await launch(), server, process.env.PICTURES)
const said = {}

const TURNS = 22
const EDITS = 10
/** The turn in which the data models change. */
const MODELS_AT = 15
/** More rows than these are never in the page at once. */
const ROWS_MAX = 60
/** So much more memory may be held after all revisions were seen, in bytes. */
const MEMORY_MAX = 40e6
/** So long may one step of the way take in the middle, in milliseconds. */
const STEP_MS_MAX = 500

/** What restoring a revision before `MODELS_AT` does. */
const EFFECTS = [
  /^Order: Delete extraGröße\. Its values in 7 records of the preview are hidden/,
  /^Order: Make orderNo required\. Of 7 records in the preview/,
  /^Order: Make approvedBy a Text\. The values of 7 records in the preview are converted/,
  /^Delete Later\. The preview has no records of it/,
  /^Bring back OrderLine\. Its records in the preview, which were hidden, are there again/,
  /^Order: Bring back notes\. Its values in the preview/
]

const read = async path => (await fetch(`${server}${path}`, { headers: { authorization: `Bearer ${ANNA}` } })).json()
const stored = async () => (await read(`/api/rooms/${room}/model`)).model
const head = async () => (await read(`/api/rooms/${room}`)).revision

const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const bar = page => page.getByRole('region', { name: 'Revision of the past' })
const slider = page => page.getByRole('slider', { name: 'Revision' })
const list = page => page.getByRole('tree', { name: 'Changes, newest first' })
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)

/** Each edit is a revision of its own; returns the revision after each, with what the heading said then. */
async function work (ids) {
  const people = [await Peer.join(server, room, ANNA), await Peer.join(server, room, BEN)]
  const first = await head()
  const then = []
  for (let turn = 0; turn < TURNS; turn += 1) {
    const one = people[turn % 2]
    await until(() => one.props(ids.heading).get('text') === (then.at(-1)?.text ?? 'Orders'), 'the other’s work')
    if (turn === MODELS_AT) changeModels(one, ids)
    for (let edit = 0; edit < EDITS; edit += 1) {
      const text = `Turn ${turn}, é ${edit}`
      if (edit % 2 === 0) one.props(ids.heading).set('text', text)
      else one.props(ids.button).set('label', `Größe ${turn}.${edit}`)
      await one.saved()
      then.push({ revision: first + then.length + (turn < MODELS_AT ? 1 : 2), text: one.props(ids.heading).get('text') })
    }
  }
  for (const one of people) {
    if (one.refusals.length > 0) throw new Error(JSON.stringify(one.refusals))
    one.leave()
  }
  return then
}

/** A field and a model go, a field and a model come, one field is required no more, one is of another type. */
function changeModels (peer, ids) {
  const map = entries => new Y.Map(Object.entries(entries))
  const make = (id, type, place, props) => peer.nodes.set(id, map({ type, place, props: map(props) }))
  peer.doc.transact(() => {
    peer.nodes.get(ids.notes).set('place', null)
    peer.nodes.get(ids.model).set('place', null)
    peer.props(ids.total).set('required', false)
    peer.props(ids.approvedBy).set('type', 'Integer')
    make('extra', 'Field@1', [ids.order, 'fields', 'ay'], { name: 'extraGröße', type: 'Text' })
    make('later', 'DataModel@1', ['application', 'dataModels', 'ay'], { name: 'Later' })
  })
}

/** What the page holds on to, in bytes, after what is garbage has gone. */
async function memory (client) {
  await client.send('HeapProfiler.collectGarbage')
  return (await client.send('Runtime.getHeapUsage')).usedSize
}

await scene.play(async () => {
  const { nodes } = await stored()
  const find = (type, fits) => Object.keys(nodes).find(id => nodes[id].type === type && fits(nodes[id]))
  const order = find('DataModel@1', ({ props }) => props.name === 'Order')
  const fieldOf = name => find('Field@1', ({ props, place }) => props.name === name && place[0] === order)
  const ids = {
    order,
    heading: find('Heading@1', ({ props }) => props.text === 'Orders'),
    button: find('Button@1', ({ props }) => props.label === 'New order'),
    notes: fieldOf('notes'),
    total: fieldOf('orderNo'),
    approvedBy: fieldOf('approvedBy'),
    model: find('DataModel@1', ({ props }) => props.name === 'OrderLine')
  }
  const then = await work(ids)
  const last = then.at(-1).revision
  said.revisions = last > 200 && await head() === last

  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.addInitScript(() => localStorage.setItem('design-rooms-tour', 'seen'))
  const anna = await context.newPage()
  scene.watch(anna, 'anna')
  await anna.goto(`${server}/login?token=${ANNA}&next=/rooms/${room}`)
  await saved(anna)
  await select(anna, ids.heading)
  await anna.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: 'History' }).click()

  // By person and time, in words: a turn is a group, and what it did is said when it is open.
  const groups = list(anna).getByRole('treeitem')
  await groups.nth(3).waitFor()
  const shown = await groups.allInnerTexts()
  said.turns = shown.slice(0, 2).every((text, index) => text.split('\n')[1] === ['Ben é', 'Anna é'][index]) &&
    shown.every(text => /^\S+\n(Anna|Ben) é\n[^\n]+\n\d+ changes to \d elements\n\d+ changes$/.test(text))
  await list(anna).focus()
  await anna.keyboard.press('ArrowRight')
  await list(anna).getByText(/^Changed label of Button|^Changed text of Heading/).first().waitFor()
  await anna.keyboard.press('End')
  await list(anna).getByText(/Created the room/).waitFor()
  said.fewRows = await groups.count() <= ROWS_MAX
  await anna.keyboard.press('Escape')
  await bar(anna).waitFor({ state: 'detached' })

  // All the way back by the slider's keys; the canvas shows what it was, and memory does not pile up.
  const client = await context.newCDPSession(anna)
  const before = await memory(client)
  await slider(anna).focus()
  const start = Date.now()
  const drawn = anna.locator(`[data-node="${ids.heading}"]`).first()
  for (let now = last - 1; now >= 1; now -= 1) {
    await anna.keyboard.press('ArrowLeft')
    if (now % 20 !== 0) continue
    const text = then.findLast(({ revision }) => revision <= now)?.text ?? 'Orders'
    await bar(anna).getByText(`Revision ${now}`).waitFor()
    await drawn.getByText(text, { exact: true }).waitFor()
    if (await inspector(anna).locator('input:not([readonly]):not([disabled])').count() > 0) throw new Error(`revision ${now} can be written`)
  }
  await bar(anna).getByText(/^Revision 1 /).waitFor()
  const stepMs = (Date.now() - start) / last
  said.quick = stepMs < STEP_MS_MAX
  said.rowsAllTheWay = await groups.count() <= ROWS_MAX
  await anna.keyboard.press('End')
  await bar(anna).waitFor({ state: 'detached' })
  const grown = await memory(client) - before
  said.memory = grown < MEMORY_MAX

  // A revision in the middle: the property that it changed is marked, and no other.
  const middle = then[EDITS * 6]
  await slider(anna).fill(String(middle.revision))
  await anna.locator(`.dr-outline-changed[data-changed="${ids.heading}"]`).waitFor()
  await inspector(anna).locator(`[data-changed-field][data-field='["text"]']`).waitFor()
  said.marked = await inspector(anna).locator('[data-changed-field]').count() === 1
  await scene.look(anna, 'revisions')

  // Restoring it says in words what becomes of data models and records, and is a new revision.
  await bar(anna).getByRole('button', { name: 'Restore' }).click()
  const dialog = anna.getByRole('dialog', { name: /^Restore revision/ })
  const effects = dialog.getByRole('group', { name: 'Data models' })
  await effects.waitFor()
  const lines = await effects.getByRole('listitem').allInnerTexts()
  said.inWords = EFFECTS.every((effect, index) => effect.test(lines[index])) && lines.length === EFFECTS.length
  await scene.look(anna, 'revisions-restore')
  said.untouched = await head() === last
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click()
  await dialog.waitFor({ state: 'detached' })
  const restored = await until(async () => { const model = await stored(); return model.nodes[ids.notes].place !== null && model }, 'the restored models')
  said.restored = await head() === last + 1 && restored.nodes[ids.heading].props.text === middle.text && restored.nodes[ids.model].place !== null && restored.nodes[ids.total].props.required === true &&
    restored.nodes.extra.place === null && restored.nodes.later.place === null
  await list(anna).press('Home')
  await list(anna).getByText(`Restored revision ${middle.revision}`).waitFor()
  console.log(JSON.stringify({ said, stepMs, grown, faults: scene.faults }))
})
