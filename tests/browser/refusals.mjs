// What the server refuses: of clients that forge, send what is no model, or may only look, beside
// somebody who works in the designer; and of her own work, by a rule of the place, a bound, or her role.
//
//   OLGA=token ANNA=token BEN=token VERA=token node refusals.mjs SERVER ROOM
//
// Olga owns the room and only asks the server; Anna works in a designer; Ben, an editor, and Vera, a
// viewer, are unmodified npm clients that are given bad edits. Only owners may change labels there.
// Prints one JSON object: what was found true, and the faults.
import * as Y from 'yjs'
import { Peer } from './peer.mjs'
import { launch, Line, Scene, until } from './support.mjs'

const [server, room] = process.argv.slice(2)
const { OLGA, ANNA, BEN, VERA } = process.env
const scene = new Scene(await launch(), server, process.env.PICTURES)
const said = {}

const as = (token, path, method = 'GET', body = undefined) =>
  fetch(`${server}${path}`, { method, body, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' } })
const stored = async () => (await (await as(OLGA, `/api/rooms/${room}/model`)).json()).model.nodes
const give = role => as(OLGA, `/api/rooms/${room}/members/anna`, 'PUT', JSON.stringify({ role }))

const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const field = (page, name) => inspector(page).getByRole('textbox', { name }).first()
const drawn = (page, id) => page.getByRole('region', { name: 'Canvas' }).locator(`[data-node="${id}"]`).first()
const notices = page => page.getByRole('region', { name: 'Notifications' })
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)

async function signIn (who, token, expected) {
  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 800 } })
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  await context.addInitScript(() => localStorage.setItem('design-rooms-tour', 'seen'))
  const page = await context.newPage()
  scene.watch(page, who, expected)
  const line = await Line.of(page)
  await page.goto(`${server}/login?token=${token}&next=/rooms/${room}`)
  await saved(page)
  return [page, line]
}

/** What a refusal says to a person: a stable code and a sentence. */
const isWords = ({ code, reason }) => /^[a-z_]+$/.test(code) && /\w+ \w+ \w+/.test(reason)

await scene.play(async () => {
  const [anna, line] = await signIn('anna', ANNA, /WebSocket|Failed to load resource/)
  const nodes = await stored()
  const find = (type, fits) => Object.keys(nodes).find(id => nodes[id].type === type && fits(nodes[id].props))
  const heading = find('Heading@1', ({ text }) => text === 'Orders')
  const button = find('Button@1', ({ label }) => label === 'New order')
  const orders = find('Page@1', ({ path }) => path === '/orders')

  // Anna is in the middle of a word.
  await select(anna, heading)
  await drawn(anna, heading).waitFor()
  await field(anna, /^Text/).click()
  await anna.keyboard.press('Control+A')
  await anna.keyboard.type('Grße é')
  for (let index = 0; index < 4; index += 1) await anna.keyboard.press('ArrowLeft')
  await saved(anna)
  const where = () => anna.evaluate(() => [document.activeElement.id, document.activeElement.value, document.activeElement.selectionStart])
  const before = [JSON.stringify(await where()), JSON.stringify(await stored())]

  // Structs under her id: an edit that would look like hers, and take the number of her next one.
  const forger = await Peer.join(server, room, BEN)
  const annas = await until(() => [...forger.provider.awareness.getStates()].find(([, { user }]) => user?.id === 'anna')?.[0], "anna's client id")
  const forged = clientId => {
    const copy = new Y.Doc()
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(forger.doc))
    copy.clientID = clientId
    const since = Y.encodeStateVector(copy)
    copy.getMap('nodes').get(button).get('props').set('label', 'forged')
    return Y.encodeStateAsUpdate(copy, since)
  }
  const foreign = await forger.tries(() => Y.applyUpdate(forger.doc, forged(annas), 'forged'))
  said.foreignIdIsTold = /belongs to somebody else/.test(foreign.reason)
  forger.leave()

  // What is no model: each is undone at its author, whose document is then as before.
  const ben = await Peer.join(server, room, BEN)
  const wrongs = {
    place: () => ben.nodes.get(button).set('place', ['nowhere']),
    circle: () => ben.nodes.get(orders).set('place', [heading, 'children', 'a0']),
    type: () => ben.nodes.get(button).set('type', 7),
    props: () => ben.nodes.get(heading).set('props', 'a text'),
    node: () => ben.nodes.set('a-string', 'a text'),
    bytes: () => ben.nodes.get(button).get('props').set('icon', new Uint8Array([1, 2])),
    infinite: () => ben.nodes.get(button).get('props').set('icon', Infinity),
    xml: () => ben.nodes.get(button).get('props').set('icon', new Y.XmlText('x')),
    label: () => ben.nodes.get(button).get('props').set('label', 'not his to say'),
    key: () => ben.nodes.get(button).get('props').set('__proto__', 1)
  }
  for (const [name, wrong] of Object.entries(wrongs)) {
    const answer = await ben.tries(wrong)
    said[`told: ${name}`] = isWords(answer)
  }
  ben.leave()

  // A viewer's edit goes nowhere, and she is told so.
  const vera = await Peer.join(server, room, VERA)
  const looking = await vera.tries(() => vera.nodes.get(button).get('props').set('icon', 'x'))
  said.viewerIsTold = isWords(looking)
  vera.leave()

  // Nothing of it came to Anna: no notice, no flash of another's work, her caret in her word, which
  // goes on to be stored under her own id.
  said.undisturbed = JSON.stringify([JSON.stringify(await where()), JSON.stringify(await stored())]) === JSON.stringify(before) &&
    await notices(anna).getByRole('alert').count() === 0 && await anna.getByText('forged').count() === 0
  await anna.keyboard.type('ö')
  said.goesOn = await until(async () => (await stored())[heading].props.text === 'Größe é', 'her word')
  await saved(anna)

  // A rule of this place: only owners may change labels. It is said at the field, with what she wrote.
  await select(anna, button)
  await field(anna, /^Label/).fill('Bestellung 😀 <b>')
  const refused = inspector(anna).getByRole('group', { name: 'Refused' })
  await refused.waitFor()
  said.whyAtTheField = /only owner/i.test(await refused.innerText())
  said.putBack = await until(async () => await field(anna, /^Label/).inputValue() === 'New order' && await drawn(anna, button).innerText() === 'New order', 'the label as it was')
  await refused.getByRole('button', { name: 'Copy what you wrote' }).click()
  await refused.getByRole('button', { name: 'Copied' }).waitFor()
  said.copied = await anna.evaluate(() => navigator.clipboard.readText()) === 'Bestellung 😀 <b>'
  await scene.look(anna, 'refused-field')
  // It waits in the list of what was not accepted until she has read it.
  const list = anna.getByRole('button', { name: '1 not accepted' })
  said.listed = await list.isVisible()
  await refused.getByRole('button', { name: 'Dismiss the refusal' }).click()
  await list.waitFor({ state: 'detached' })
  await saved(anna)

  // Written where it stands on the canvas, it is told beside the canvas.
  await drawn(anna, button).click()
  await drawn(anna, button).dblclick()
  await anna.locator('.dr-text-edit').waitFor()
  await anna.keyboard.press('Control+A')
  await anna.keyboard.type('Neu')
  await anna.keyboard.press('Enter')
  await notices(anna).getByText('Your change was refused').waitFor()
  said.backOnTheCanvas = await until(async () => await drawn(anna, button).innerText() === 'New order', 'the label on the canvas')
  await notices(anna).getByRole('button', { name: 'Dismiss' }).first().click()

  // Made a viewer in the middle of a word that was not sent yet.
  await select(anna, heading)
  await field(anna, /^Text/).waitFor()
  line.hold()
  await field(anna, /^Text/).fill('Not sent in time')
  await give('viewer')
  line.release()
  await anna.getByText('Read-only: You may look').waitFor()
  const late = notices(anna).getByRole('alert').filter({ hasText: 'Not sent in time' })
  await late.waitFor()
  said.roleIsTold = /viewer cannot edit/i.test(await late.innerText())
  await drawn(anna, heading).getByText('Größe é').waitFor()
  await late.getByRole('button', { name: 'Copy what you wrote' }).click()
  said.lateCopied = await until(() => anna.evaluate(() => navigator.clipboard.readText()).then(text => text === 'Not sent in time'), 'her late words')
  await scene.look(anna, 'refused-role')
  await give('editor')
  await saved(anna)
  await notices(anna).getByRole('button', { name: 'Dismiss' }).first().click()

  console.log(JSON.stringify({ said, faults: scene.faults }))
})
