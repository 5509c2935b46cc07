// Two designers and a preview in real browsers, and a y-websocket client beside them.
//
//   node session.mjs SERVER ROOM PICTURES
//
// One adds a button, the other renames it, the preview shows it. Prints one JSON object with what each
// saw at the end; the Python test that started it edits the same room meanwhile and compares.
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { launch, Scene, until } from './support.mjs'

const [server, room, pictures] = process.argv.slice(2)

const scene = new Scene(await launch(), server, pictures)

const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()

await scene.play(async () => {
  const anna = await scene.open(`/rooms/${room}`, 'anna')
  const ben = await scene.open(`/rooms/${room}`, 'ben')
  const preview = await scene.open(`/preview/${room}/#/orders`, 'preview')
  await saved(anna)
  await saved(ben)
  await preview.getByRole('heading', { name: 'Orders', level: 1 }).waitFor()

  // A third person on Node, by y-websocket.
  const doc = new Y.Doc()
  const provider = new WebsocketProvider(`${server.replace('http', 'ws')}/yjs`, room, doc, { WebSocketPolyfill: WebSocket, disableBc: true })
  provider.awareness.setLocalState({ user: { name: 'Zoë', color: '#0f766e', id: 'zoe' }, selection: [] })
  await until(() => provider.synced, 'y-websocket to sync')
  const nodes = doc.getMap('nodes')
  const search = [...nodes.entries()].find(([, node]) => node.get('type') === 'TextField@1' && node.get('props').get('label') === 'Search')
  search[1].get('props').set('label', 'Søk 😀')
  await preview.getByText('Søk 😀').first().waitFor()

  // Anna adds a button to the page.
  const before = new Set(nodes.keys())
  await anna.getByRole('treeitem', { name: /^Orders\b/ }).first().click()
  await anna.getByRole('button', { name: 'Add component' }).click()
  await anna.getByRole('combobox', { name: 'Find an element to add' }).fill('Button')
  await anna.getByRole('option', { name: /^Button/ }).first().click()
  await saved(anna)
  const added = await until(() => [...nodes.keys()].find(id => !before.has(id)), 'the new button')

  // Ben selects it on his canvas and renames it in his inspector, while Anna still holds it.
  await ben.locator(`[data-node="${added}"]`).first().click()
  const label = ben.getByRole('region', { name: 'Inspector' }).getByRole('textbox', { name: /^Label/ }).first()
  await label.fill('Größe prüfen 😀')
  await label.blur()
  await saved(ben)
  await preview.getByRole('button', { name: 'Größe prüfen 😀' }).waitFor()
  await anna.getByRole('region', { name: 'Canvas' }).getByText('Größe prüfen 😀').first().waitFor()

  // Each sees the others.
  await anna.getByRole('group', { name: 'People in this room' }).getByText('ZO', { exact: false }).or(
    anna.getByRole('button', { name: /^Zoë/ })
  ).first().waitFor()

  await scene.look(anna, 'designer')
  await scene.look(preview, 'preview')

  console.log(JSON.stringify({ ready: true }))
  // The Python client has made its edits when its own field says so.
  await until(() => doc.getMap('application').get('name') === 'Aufträge', 'the Python client')
  await anna.getByText('Aufträge').first().waitFor()
  await saved(anna)
  await saved(ben)

  const revision = page => page.getByTestId('revision').first().innerText()
  const head = await until(async () => {
    const all = [await revision(anna), await revision(ben), await revision(preview)].map(text => text.replace(/\D/g, ''))
    return new Set(all).size === 1 && all[0]
  }, 'everybody to show the same revision')
  const rooms = await scene.open('/', 'rooms')
  await rooms.getByRole('link', { name: /Aufträge|Order management/ }).first().waitFor()
  await scene.axe(rooms, 'rooms')
  console.log(JSON.stringify({
    added,
    head: Number(head),
    document: { application: doc.getMap('application').toJSON(), nodes: nodes.toJSON() },
    faults: scene.faults
  }))
  provider.destroy()
})
