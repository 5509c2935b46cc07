// Two people at once in one room, in real browsers: what each pair of edits comes to.
//
//   node scenes.mjs SERVER ROOM
//
// Each scene holds both lines to the server while both people work, so that neither sees the other's
// edit before making their own; then both are released. Prints one JSON object.
import { drag, launch, Scene, until } from './support.mjs'

const [server, room] = process.argv.slice(2)
const scene = new Scene(await launch(), server)

/** Everything is acknowledged; what was refused stays marked until the next edit. */
const saved = page => page.getByTestId('save-state').getByText(/Saved|Refused/).waitFor()
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const field = (page, name) => inspector(page).getByRole('textbox', { name, exact: false }).first()
const tree = page => page.getByRole('tree', { name: 'Layers' })
const row = (page, id) => tree(page).locator(`[data-key="${id}"]`)

const model = async () => (await (await fetch(`${server}/api/rooms/${room}/model`)).json()).model
const exported = async () => (await fetch(`${server}/api/rooms/${room}/export`)).text()

/** Ids of the nodes that a test of type and props finds. */
async function find (type, fits = () => true) {
  const { nodes } = await model()
  return Object.entries(nodes).filter(([, node]) => node.type === type && fits(node.props, node)).map(([id]) => id)
}

// By way of an empty hash: whoever was led to a node may have selected another since.
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)

/** Opens a tab of the inspector, if its properties are behind one. */
async function tab (page, name) {
  const found = inspector(page).getByRole('tab', { name })
  if (await found.count() > 0) await found.click()
}

async function type (page, control, text) {
  await control.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
  await control.blur()
}

await scene.play(async () => {
  const [anna, annasLine] = await scene.openLine(`/rooms/${room}`, 'anna')
  const [ben, bensLine] = await scene.openLine(`/rooms/${room}`, 'ben')
  await saved(anna)
  await saved(ben)

  /** Both work without seeing one another; then both are saved. */
  async function atOnce (hers, his) {
    annasLine.hold()
    bensLine.hold()
    await hers(anna)
    await his(ben)
    annasLine.release()
    bensLine.release()
    await saved(anna)
    await saved(ben)
  }

  const said = {}

  // Anna renames a field while Ben binds a text to it: the reference is by id, so both hold.
  const [orderNo] = await find('Field@1', props => props.name === 'orderNo')
  const [orders] = await find('Table@1', props => props.searchable !== undefined || props.dataSource !== undefined)
  await select(anna, orderNo)
  await select(ben, orders)
  await field(anna, /^Name/).waitFor()
  await atOnce(
    async page => {
      await type(page, field(page, /^Name/), 'orderNumber')
      await page.getByRole('dialog', { name: 'Rename orderNo to orderNumber' }).getByRole('button', { name: 'Rename', exact: true }).click()
    },
    async page => {
      await tab(page, 'Properties')
      await inspector(page).getByRole('switch', { name: /search field/ }).check({ force: true })
    }
  )
  said.renamed = await until(async () => {
    const { nodes } = await model()
    return nodes[orderNo].props.name === 'orderNumber' && nodes[orders].props.searchable === true
  }, 'the new name and the binding')

  // Two edits of one retry policy: different members both stay.
  const [notify] = await find('apiCall@1', props => props.name === 'notify')
  await select(anna, notify)
  await select(ben, notify)
  const attempts = page => inspector(page).getByLabel(/^(Max attempts|Attempts|At most)/).first()
  await attempts(anna).waitFor()
  await atOnce(
    page => type(page, attempts(page), '7'),
    page => inspector(page).getByText('Linear', { exact: true }).click()
  )
  said.differentMembers = await until(async () => {
    const policy = (await model()).nodes[notify].props.retryPolicy
    return policy.maxAttempts === 7 && policy.backoff === 'linear'
  }, 'both members of the retry policy')

  // The same member: one wins everywhere, and whoever lost is told by whom.
  await atOnce(page => type(page, attempts(page), '5'), page => type(page, attempts(page), '9'))
  const winner = await until(async () => {
    const value = (await model()).nodes[notify].props.retryPolicy.maxAttempts
    return value === 5 || value === 9 ? value : null
  }, 'one of the two numbers')
  const [loser] = winner === 9 ? [anna] : [ben]
  await loser.getByRole('button', { name: /Keep mine/ }).first().waitFor()
  await loser.getByRole('button', { name: /Keep mine/ }).first().click()
  await until(async () => (await model()).nodes[notify].props.retryPolicy.maxAttempts === (winner === 9 ? 5 : 9), 'the value that was chosen')
  said.sameMember = true

  // Two inserts at one place: both are there, in one order everywhere.
  const [page] = await find('Page@1', props => props.path === '/customers')
  const before = new Set(Object.keys((await model()).nodes))
  const add = name => async who => {
    await who.getByRole('button', { name: 'Add component' }).click()
    await who.getByRole('combobox', { name: 'Find an element to add' }).fill(name)
    await who.getByRole('option', { name: new RegExp(`^${name}`) }).first().click()
  }
  await select(anna, page)
  await select(ben, page)
  await atOnce(add('Divider'), add('Badge'))
  const added = await until(async () => {
    const { nodes } = await model()
    const found = Object.keys(nodes).filter(id => !before.has(id) && nodes[id].place?.[0] === page)
    return found.length === 2 && found
  }, 'both new elements')
  const shown = who => who.getByRole('region', { name: 'Canvas' }).locator(added.map(id => `[data-node="${id}"]`).join(', '))
    .evaluateAll(elements => elements.map(element => element.dataset.node))
  await until(async () => JSON.stringify(await shown(anna)) === JSON.stringify(await shown(ben)) && (await shown(anna)).length === 2, 'one order for both')
  said.twoInserts = true

  // Two people in one formula: each letter of both is there.
  const [metric] = await find('Metric@1', props => props.label === 'Open orders')
  await select(anna, metric)
  await select(ben, metric)
  const formula = who => inspector(who).getByRole('textbox', { name: /^Value/ }).first()
  await formula(anna).waitFor()
  await atOnce(
    async who => { await formula(who).click(); await who.keyboard.press('Control+Home'); await who.keyboard.type('1 + ') },
    async who => { await formula(who).click(); await who.keyboard.press('Control+End'); await who.keyboard.type(' + 2') }
  )
  said.formula = await until(async () => {
    const { expr } = (await model()).nodes[metric].props.value
    return expr.startsWith('1 + ') && expr.endsWith(' + 2') && expr
  }, 'both ends of the formula')

  // Ben moves an element into a container that Anna deletes: it comes back with it.
  const [customers] = await find('Heading@1', props => props.text === 'Customers')
  const into = await find('Stack@1', (props, node) => node.place?.[0] === page)
  await select(anna, page)
  if (into.length === 0) await add('Stack')(anna)
  const [stack] = await until(async () => {
    const found = await find('Stack@1', (props, node) => node.place?.[0] === page)
    return found.length > 0 && found
  }, 'a stack on the page')
  await saved(anna)
  await select(ben, stack)
  await select(ben, customers)
  await select(anna, stack)
  await row(ben, stack).waitFor()
  await atOnce(
    async who => { await who.getByRole('button', { name: 'Delete', exact: true }).first().click() },
    who => drag(who, row(who, customers), row(who, stack))
  )
  await until(async () => {
    const { nodes } = await model()
    return nodes[stack].place === null && nodes[customers].place?.[0] === stack
  }, 'the move into what was deleted')
  await select(anna, page)
  await tree(anna).focus()
  await anna.keyboard.press('End')
  await anna.keyboard.press('ArrowRight')
  await row(anna, stack).click()
  await anna.getByRole('button', { name: 'Restore' }).first().click()
  said.restored = await until(async () => {
    const { nodes } = await model()
    return nodes[stack].place !== null && nodes[customers].place?.[0] === stack
  }, 'the container and what was moved into it')
  await anna.getByRole('region', { name: 'Canvas' }).getByRole('heading', { name: 'Customers' }).waitFor()

  // Undo beside another's work: Anna takes back hers, Ben's stays, and redo brings hers again.
  const start = await exported()
  await select(anna, customers)
  await select(ben, orders)
  await type(anna, field(anna, /^Text/), 'Kunden 😀')
  await saved(anna)
  await tab(ben, 'Properties')
  await inspector(ben).getByRole('switch', { name: /Editable/ }).first().check({ force: true })
  await saved(ben)
  const both = await exported()
  await anna.getByRole('button', { name: 'Undo', exact: true }).click()
  await until(async () => {
    const { nodes } = await model()
    return nodes[customers].props.text === 'Customers' && nodes[orders].props.editable === true
  }, 'hers taken back and his kept')
  await saved(anna)
  await anna.getByRole('button', { name: 'Redo', exact: true }).click()
  await until(async () => await exported() === both, 'the document as it was')
  said.undo = start !== both

  // A cyclic pair of moves: one of them is refused, and both see the same tree.
  const [a, b] = await (async () => {
    await select(anna, page)
    await add('Card')(anna)
    await saved(anna)
    await select(anna, page)
    await add('Card')(anna)
    await saved(anna)
    return until(async () => {
      const cards = await find('Card@1', (props, node) => node.place?.[0] === page)
      return cards.length >= 2 && cards.slice(-2)
    }, 'two cards')
  })()
  await select(ben, a)
  await select(ben, b)
  await row(ben, a).waitFor()
  await row(anna, a).waitFor()
  await atOnce(who => drag(who, row(who, a), row(who, b)), who => drag(who, row(who, b), row(who, a)))
  said.cycle = await until(async () => {
    const { nodes } = await model()
    const [first, second] = [nodes[a].place?.[0], nodes[b].place?.[0]]
    return (first === b) !== (second === a)
  }, 'one of the two moves')
  await until(async () => await anna.getByText('Your change was refused').count() + await ben.getByText('Your change was refused').count() === 1, 'the one who was refused to be told')

  // Fifty edits without a connection, a reload in between, and back: all are there.
  await annasLine.cut()
  await anna.getByTestId('save-state').getByText('Offline').waitFor()
  await select(anna, customers)
  for (let index = 1; index <= 25; index += 1) await type(anna, field(anna, /^Text/), `Offline ${index}`)
  const copies = Object.keys((await model()).nodes).length
  await tree(anna).focus()
  for (let index = 1; index <= 25; index += 1) await anna.keyboard.press('Control+d')
  await select(ben, orders)
  await inspector(ben).getByRole('switch', { name: /Editable/ }).first().uncheck({ force: true })
  await saved(ben)
  await anna.reload()
  await anna.getByTestId('save-state').getByText('Offline').waitFor()
  await anna.getByRole('region', { name: 'Canvas' }).waitFor()
  annasLine.mend()
  await saved(anna)
  said.offline = await until(async () => {
    const { nodes } = await model()
    return Object.values(nodes).filter(node => node.props.text === 'Offline 25').length === 26 &&
      Object.keys(nodes).length === copies + 25 && nodes[orders].props.editable !== true
  }, 'what was written offline beside what was written meanwhile')
  await select(ben, page)
  await ben.getByRole('region', { name: 'Canvas' }).getByRole('heading', { name: 'Offline 25' }).nth(25).waitFor()

  console.log(JSON.stringify({ said, faults: scene.faults }))
})
