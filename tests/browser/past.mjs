// The past in a browser: scrubbed by slider and keys, on all panels, read-only; restored beside
// another's work, and that taken back.
//
//   node past.mjs SERVER ROOM
//
// Prints one JSON object: what was found true, and the faults.
import { launch, Scene, until } from './support.mjs'

const [server, room] = process.argv.slice(2)
const scene = new Scene(await launch(), server, process.env.PICTURES)

const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const bar = page => page.getByRole('region', { name: 'Revision of the past' })
const slider = page => page.getByRole('slider', { name: 'Revision' })
const layer = (page, id) => page.getByRole('tree', { name: 'Layers' }).locator(`[data-key="${id}"]`)
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)
const model = async () => (await (await fetch(`${server}/api/rooms/${room}/model`)).json()).model
const head = async () => (await (await fetch(`${server}/api/rooms/${room}`)).json()).revision

async function find (type, fits = () => true) {
  const { nodes } = await model()
  return Object.entries(nodes).find(([, node]) => node.type === type && fits(node.props, node))[0]
}

async function write (page, id, name, text, options) {
  await select(page, id)
  const field = inspector(page).getByRole('textbox', { name }).first()
  await field.waitFor()
  await field.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text, options)
}

/** Goes to a revision by the keys of the slider. */
async function scrub (page, revision) {
  await slider(page).focus()
  for (let now = Number(await slider(page).inputValue()); now !== revision; now += now > revision ? -1 : 1) {
    await page.keyboard.press(now > revision ? 'ArrowLeft' : 'ArrowRight')
  }
  await bar(page).getByText(`Revision ${revision}`).waitFor()
  await until(async () => await bar(page).getAttribute('aria-busy') === 'false', 'the revision')
}

await scene.play(async () => {
  const anna = await scene.open(`/rooms/${room}`, 'anna')
  const [ben, bensLine] = await scene.openLine(`/rooms/${room}`, 'ben')
  await saved(anna)
  await saved(ben)
  const said = {}
  const heading = await find('Heading@1', props => props.text === 'Orders')
  const button = await find('Button@1', props => props.label === 'New order')
  const order = await find('DataModel@1', props => props.name === 'Order')
  const notes = await find('Field@1', (props, node) => props.name === 'notes' && node.place[0] === order)

  // Slow typing in one field is one step; the next field is another, and undo goes to each of them.
  await write(anna, heading, /^Text/, 'Größe é', { delay: 450 })
  await write(anna, button, /^Label/, 'Neu')
  await anna.keyboard.press('Tab')
  await saved(anna)
  const undo = anna.getByRole('button', { name: 'Undo', exact: true })
  await until(async () => /change Label of Button “Neu”/.test(await undo.getAttribute('aria-description') ?? ''), 'what undo would do')
  await select(anna, notes)
  await inspector(anna).getByRole('heading', { name: 'notes' }).waitFor()
  await undo.click()
  await until(async () => await layer(anna, button).getAttribute('aria-selected') === 'true', 'the button that was undone')
  await undo.click()
  await until(async () => await layer(anna, heading).getAttribute('aria-selected') === 'true', 'the heading that was undone')
  await saved(anna)
  const undone = (await model()).nodes
  said.undoneBySteps = undone[heading].props.text === 'Orders' && undone[button].props.label === 'New order'
  for (let count = 0; count < 2; count += 1) await anna.getByRole('button', { name: 'Redo' }).click()
  await until(async () => (await model()).nodes[button].props.label === 'Neu', 'what was redone')
  await saved(anna)
  const then = await head()

  // Afterwards a text changes again, and a field becomes unique.
  await write(anna, heading, /^Text/, 'Later')
  await select(anna, button)
  await saved(anna)
  const later = await until(async () => (await model()).nodes[heading].props.text === 'Later' && head(), 'the later text')
  await select(anna, notes)
  await inspector(anna).getByRole('switch', { name: /^Unique/ }).click({ force: true })
  const confirm = anna.getByRole('dialog').getByRole('button', { name: 'Make unique' })
  await until(async () => await confirm.isVisible() || (await model()).nodes[notes].props.unique === true, 'unique, or the question before it')
  if (await confirm.isVisible()) await confirm.click()
  await until(async () => (await model()).nodes[notes].props.unique === true, 'a field that is unique')
  await saved(anna)

  // By keys to the past: canvas, layers and inspector show it.
  await select(anna, heading)
  await anna.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name: 'History' }).click()
  await anna.getByRole('tree', { name: 'Changes, newest first' }).waitFor()
  const newest = await head()
  await scrub(anna, then)
  await layer(anna, heading).getByText('Größe é').waitFor()
  await inspector(anna).getByText('Größe é').first().waitFor()
  await anna.locator(`[data-node="${heading}"]`).getByText('Größe é').waitFor()
  said.shownEverywhere = await anna.getByText('Later', { exact: true }).count() === 0
  // The list has unfolded to the revision; its arrows and the slider go together.
  const row = anna.getByRole('tree', { name: 'Changes, newest first' }).getByRole('treeitem', { selected: true })
  await row.waitFor()
  await anna.getByRole('tree', { name: 'Changes, newest first' }).focus()
  await anna.keyboard.press('ArrowUp')
  await until(async () => Number(await slider(anna).inputValue()) > then, 'the slider to follow the list')
  await anna.keyboard.press('ArrowDown')
  await until(async () => Number(await slider(anna).inputValue()) === then, 'the slider to follow the list back')
  await scrub(anna, later)
  await anna.locator(`.dr-outline-changed[data-changed="${heading}"]`).waitFor()
  await inspector(anna).locator(`[data-changed-field][data-field='["text"]']`).waitFor()
  said.onlyThatField = await inspector(anna).locator('[data-changed-field]').count() === 1
  said.changedIsMarked = /changed in this revision/.test(await layer(anna, heading).getAttribute('aria-label'))

  // Nothing can be written: no field, no key, no button; what is tried says why.
  await scrub(anna, then)
  await layer(anna, button).click()
  await inspector(anna).getByRole('heading', { name: 'Neu' }).waitFor()
  said.fieldsAreOff = await inspector(anna).locator('input:not([readonly]):not([disabled]), textarea:not([readonly]):not([disabled])').count() === 0
  for (const name of ['Move up', 'Duplicate', 'Delete']) said[`off: ${name}`] = await anna.getByRole('button', { name, exact: true }).isDisabled()
  said['off: Undo'] = await undo.isDisabled() && /past is read-only/.test(await undo.getAttribute('aria-description'))
  for (const key of ['Delete', 'Control+D', 'Control+X', 'Alt+ArrowUp', 'F2', 'Control+G', 'Control+Z']) await anna.keyboard.press(key)
  await anna.getByRole('region', { name: 'Notifications' }).getByText('The past is read-only').first().waitFor()
  await anna.getByRole('button', { name: 'Data models', exact: true }).click()
  await anna.getByText('Order', { exact: true }).first().click()
  await anna.locator(`[data-model="${order}"]`).waitFor()
  said.modelsAreOff = await anna.getByRole('textbox', { name: 'Name of the field' }).count() === 0
  await anna.getByRole('button', { name: 'Layers', exact: true }).click()
  await layer(anna, button).click()
  await scene.look(anna, 'past')

  // Esc goes back to now, from wherever one is, and what was looked at stays selected.
  await layer(anna, heading).click()
  await anna.keyboard.press('Escape')
  await bar(anna).waitFor({ state: 'detached' })
  await layer(anna, heading).getByText('Later').waitFor()
  said.back = await head() === newest && await layer(anna, heading).getAttribute('aria-selected') === 'true'

  // Restored while Ben types elsewhere: the dialog says what happens to the data; his work stays.
  await scrub(anna, then)
  await bar(anna).getByRole('button', { name: 'Restore' }).click()
  const dialog = anna.getByRole('dialog')
  await dialog.getByText(`The ${newest - then} revisions since are taken back`).waitFor()
  said.saysWhose = await dialog.locator('strong').count() === 1
  await scene.look(anna, 'past-restore')
  const customers = await find('Heading@1', props => props.text === 'Customers')
  bensLine.hold()
  await write(ben, customers, /^Text/, 'Kundschaft, von Ben')
  await dialog.getByRole('button', { name: 'Restore', exact: true }).click()
  await bar(anna).waitFor({ state: 'detached' })
  await until(async () => (await model()).nodes[heading].props.text === 'Größe é', 'what was restored')
  bensLine.release()
  await saved(ben)
  said.restoredBesideHim = await until(async () => {
    const { nodes } = await model()
    return nodes[customers].props.text === 'Kundschaft, von Ben' && nodes[notes].props.unique !== true && nodes[heading].props.text === 'Größe é'
  }, 'what was restored, and what Ben typed')

  // Undo takes the restoring back and leaves what came since; redo does it again.
  await until(async () => /restore revision/.test(await undo.getAttribute('aria-description') ?? ''), 'undo of the restoring')
  await undo.click()
  await until(async () => {
    const { nodes } = await model()
    return nodes[heading].props.text === 'Later' && nodes[notes].props.unique === true && nodes[customers].props.text === 'Kundschaft, von Ben'
  }, 'the restoring taken back')
  await until(async () => await anna.getByRole('button', { name: 'Redo', exact: true }).isEnabled(), 'a step to redo')
  await anna.getByRole('button', { name: 'Redo', exact: true }).click()
  said.redone = await until(async () => (await model()).nodes[heading].props.text === 'Größe é', 'the restoring done again')
  await saved(anna)
  console.log(JSON.stringify({ said, faults: scene.faults }))
})
