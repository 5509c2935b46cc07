// Two people and one element: Anna locks it, Ben is kept out and waits, Anna unlocks, and Ben has it.
//
//   OLGA=token ANNA=token BEN=token node locks.mjs SERVER ROOM
//
// Olga owns the room and only asks the server. Ben also has an unmodified npm client, which knows
// nothing of locks. Prints one JSON object: what was found true, and the faults.
import { Peer } from './peer.mjs'
import { launch, Scene, until } from './support.mjs'

const [server, room] = process.argv.slice(2)
const { OLGA, ANNA, BEN } = process.env
const scene = new Scene(await launch(), server, process.env.PICTURES)
const said = {}

const as = (token, path) => fetch(`${server}${path}`, { headers: { authorization: `Bearer ${token}` } })
const stored = async () => (await (await as(OLGA, `/api/rooms/${room}/model`)).json()).model.nodes
const words = async () => (await (await as(OLGA, `/api/rooms/${room}/history`)).json()).groups.flatMap(({ entries }) => entries.map(entry => entry.words))

const inspector = page => page.getByRole('region', { name: 'Inspector' })
const field = page => inspector(page).getByRole('textbox', { name: /^Text/ }).first()
const note = (page, text) => inspector(page).getByRole('status').getByText(text)
const padlock = page => page.getByRole('region', { name: 'Canvas' }).locator('.dr-lock-name')
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)

async function signIn (who, token) {
  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.addInitScript(() => localStorage.setItem('design-rooms-tour', 'seen'))
  const page = await context.newPage()
  // The preview of a server that has only begun is still on its way.
  scene.watch(page, who, /status of 503/)
  await page.goto(`${server}/login?token=${token}&next=/rooms/${room}`)
  await page.getByTestId('save-state').getByText('Saved').waitFor()
  return page
}

/** Finds a command by its words and runs it, by keyboard alone. */
async function command (page, title) {
  await page.keyboard.press('Control+K')
  await page.keyboard.type(title)
  await page.getByRole('option', { name: new RegExp(`^${title}`) }).first().waitFor()
  await page.keyboard.press('Enter')
}

await scene.play(async () => {
  const [anna, ben] = [await signIn('anna', ANNA), await signIn('ben', BEN)]
  const nodes = await stored()
  const heading = Object.keys(nodes).find(id => nodes[id].type === 'Heading@1' && nodes[id].props.text === 'Orders')

  await select(anna, heading)
  await select(ben, heading)
  await field(ben).waitFor()
  await command(anna, 'Lock for me')
  await note(anna, 'You hold this element').waitFor()
  said.annaMayEdit = await field(anna).isEditable()

  await note(ben, 'Anna é holds this element').waitFor()
  await padlock(ben).getByText('Anna é').waitFor()
  await ben.getByRole('treeitem', { name: /locked by Anna é/ }).waitFor()
  said.benMayNotEdit = await inspector(ben).getByRole('textbox').count() === 0 || !(await field(ben).isEditable().catch(() => false))
  await ben.getByRole('tree').first().focus()
  await ben.keyboard.press('Delete')
  said.benMayNotDelete = (await stored())[heading].place !== null && await ben.getByRole('treeitem', { name: /locked by Anna é/ }).isVisible()
  await scene.look(ben, 'locked-by-another')

  // A client that knows nothing of locks is refused by the server.
  const peer = await Peer.join(server, room, BEN)
  const refusal = await peer.tries(() => peer.props(heading).set('text', 'Bens'))
  said.refused = refusal.code === 'lock_held' && /Anna é holds it/.test(refusal.reason)
  await until(() => peer.props(heading).get('text') === 'Orders', 'the refused text to be undone')
  peer.leave()

  await inspector(ben).getByRole('button', { name: 'Wait for it' }).click()
  await note(ben, 'You are next.').waitFor()
  await note(anna, 'Ben é waits for it.').waitFor()
  await padlock(anna).getByText('1 waits').waitFor()
  await scene.look(anna, 'locked-by-oneself')

  await command(anna, 'Unlock')
  await note(ben, 'You hold this element').waitFor()
  await note(anna, 'Ben é holds this element').waitFor()
  await ben.getByRole('region', { name: 'Notifications' }).getByText('It is yours now').waitFor()
  await field(ben).fill('Aufträge')
  await until(async () => (await stored())[heading].props.text === 'Aufträge', "Ben's text to be stored")
  said.benEdits = true
  await inspector(ben).getByRole('button', { name: 'Unlock' }).click()
  await padlock(ben).waitFor({ state: 'detached' })
  const history = await words()
  said.inWords = ['Locked Heading ‘Orders’', 'Asked for Heading ‘Orders’', 'Unlocked Heading ‘Aufträge’'].every(line => history.includes(line))
  console.log(JSON.stringify({ said, faults: scene.faults }))
})
