// What is called by a name: pages, steps, variables and lists are named, renamed and deleted in a real
// browser, and dates and the fields of an index are set by mouse and keys.
//
//   node making.mjs SERVER ROOM [PICTURES]
//
// Prints one JSON object: the faults, and what each scene found in the model afterwards.
import { drag, launch, Scene, until } from './support.mjs'

const [server, room, pictures = ''] = process.argv.slice(2)
const scene = new Scene(await launch(), server, pictures)
const said = {}

const nodes = async () => (await (await fetch(`${server}/api/rooms/${room}/model`)).json()).model.nodes
const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const inspector = page => page.getByRole('region', { name: 'Inspector' })
const select = (page, id) => page.evaluate(id => { location.hash = ''; location.hash = `node=${id}` }, id)

async function find (type, fits = () => true) {
  const found = Object.entries(await nodes()).find(([, node]) => node.type === type && node.place !== null && fits(node.props))
  if (found === undefined) throw new Error(`no ${type}`)
  return found[0]
}

const becomes = (id, fits, what) => until(async () => { const { props } = (await nodes())[id]; return fits(props) && props }, what)

async function type (page, control, text) {
  await control.click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
  await page.keyboard.press('Enter')
}

await scene.play(async () => {
  const anna = await scene.open(`/rooms/${room}`, 'anna')
  await anna.evaluate(() => localStorage.setItem('design-rooms-tour', 'seen'))
  await anna.reload()
  await saved(anna)
  const dialog = anna.getByRole('dialog')
  const tools = anna.getByRole('toolbar', { name: 'Panels' })

  // A page's path follows its name, in one step of undo, until somebody writes it by hand.
  await tools.getByRole('button', { name: 'Pages' }).click()
  await anna.getByRole('button', { name: 'Add page' }).click()
  await anna.getByRole('textbox', { name: /^Name of/ }).waitFor()
  await anna.keyboard.type('Überblick & Заказы')
  await anna.keyboard.press('Enter')
  const page = await until(() => find('Page@1', ({ path }) => path === '/uberblick-заказы').catch(() => null), 'the path of the new page')
  await anna.keyboard.press('Control+Z')
  const bare = await becomes(page, ({ name }) => name === 'Page', 'the name undone')
  await anna.keyboard.press('Control+Y')
  await becomes(page, ({ name }) => name === 'Überblick & Заказы', 'the name redone')
  await type(anna, inspector(anna).getByRole('textbox', { name: 'Path' }), 'mine')
  await becomes(page, ({ path }) => path === '/mine', 'the path by hand')
  await type(anna, inspector(anna).getByRole('textbox', { name: 'Name', exact: true }), 'Later')
  const named = await becomes(page, ({ name }) => name === 'Later', 'the later name')
  said['a path follows its name until it is written by hand'] = bare.path === '/page' && named.path === '/mine'

  // Links by path go along, after they were shown.
  const orders = await find('Page@1', ({ path }) => path === '/orders')
  const detail = await find('Page@1', ({ path }) => path === '/orders/:id')
  await select(anna, detail)
  await type(anna, inspector(anna).getByRole('textbox', { name: 'Path' }), '/sales/:id')
  await dialog.getByRole('list', { name: 'What else changes' }).getByText("'/sales/' + row.id").waitFor()
  await scene.shoot(anna, 'making-path')
  await scene.axe(anna, 'renaming a path')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  await becomes(detail, ({ path }) => path === '/sales/:id', 'the other path')
  said['links follow another path'] = await until(async () => !/orders\/(new|' \+ row)/.test(JSON.stringify(await nodes())), 'the links')

  // A page that links lead to is asked about.
  await select(anna, detail)
  await tools.getByRole('button', { name: 'Pages' }).click()
  await anna.getByRole('tree', { name: 'Pages' }).focus()
  await anna.keyboard.press('Delete')
  await dialog.getByText("'/sales/' + row.id").waitFor()
  await anna.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })

  // A variable is renamed with all that reads it, and asked about before it goes.
  await select(anna, orders)
  await inspector(anna).getByRole('tab', { name: 'Data' }).click()
  await inspector(anna).getByRole('button', { name: 'Rename search' }).click()
  await anna.keyboard.type('sought')
  await anna.keyboard.press('Enter')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  await becomes(orders, ({ variables }) => 'sought' in variables, 'the variable')
  await inspector(anna).getByRole('button', { name: 'Remove sought' }).click()
  await dialog.getByText('vars.sought').first().waitFor()
  await dialog.getByRole('button', { name: 'Cancel' }).click()
  await dialog.waitFor({ state: 'hidden' })
  const all = JSON.stringify(await nodes())
  said['a variable is renamed everywhere'] = all.includes('vars.sought') && !all.includes('vars.search')

  // A step that only an expression names: the list leads there, and renaming takes it along.
  const old = await find('query@1', ({ name }) => name === 'old')
  const each = await find('forEach@1', ({ name }) => name === 'each')
  await select(anna, old)
  await anna.locator(`#step-${old}`).focus()
  await anna.keyboard.press('Delete')
  await dialog.getByText('steps.old.items').waitFor()
  await scene.look(anna, 'making-delete')
  await dialog.getByRole('button', { name: /steps\.old\.items/ }).click()
  await until(async () => (await anna.locator(`#step-${each}`).getAttribute('aria-current')) === 'true', 'the step that uses it')
  await select(anna, old)
  await type(anna, inspector(anna).getByRole('textbox', { name: 'Name', exact: true }), 'stale')
  await dialog.getByRole('button', { name: 'Rename' }).click()
  const loop = await becomes(each, ({ items }) => items.expr === 'steps.stale.items', 'the expression of the loop')
  said['a step is renamed where expressions name it'] = loop.items.expr === 'steps.stale.items'

  // What an expression outside pages is worth, and what only a run knows.
  await select(anna, each)
  await inspector(anna).getByRole('status', { name: 'Value now' }).getByText('Known when the workflow runs').waitFor()
  const workflow = await find('Workflow@1', ({ trigger }) => JSON.stringify(trigger).includes('recordUpdated') || JSON.stringify(trigger).includes('recordCreated'))
  await select(anna, workflow)
  said['the trigger has one form'] = await inspector(anna).getByRole('combobox').count() === 0 &&
    await inspector(anna).getByRole('group', { name: 'Trigger' }).isVisible()

  // What is offered while an expression is written is taken by Enter, and one types on behind it: at
  // the end, in the middle, and between the brackets of a function.
  const dashboard = await find('Page@1', ({ path }) => path === '/')
  const metric = await find('Metric@1', ({ label }) => label === 'Open orders')
  await select(anna, dashboard)
  await select(anna, metric)
  const code = inspector(anna).locator('.cm-content').first()
  const take = async name => {
    await anna.locator('.cm-tooltip-autocomplete [aria-selected=true]').getByText(name, { exact: true }).waitFor()
    // Whoever presses Enter before having seen it, as the editor sees that, meant something else.
    await anna.waitForTimeout(100)
    await anna.keyboard.press('Enter')
  }
  await code.click()
  await anna.keyboard.press('Control+A')
  await anna.keyboard.type('models.Prod')
  await take('Product')
  await anna.keyboard.type('.filt')
  await take('filter')
  await anna.keyboard.type('item.act')
  await take('active')
  await anna.keyboard.press('End')
  await anna.keyboard.type('.siz')
  await take('size')
  await anna.keyboard.type(' + 1')
  await becomes(metric, ({ value }) => value.expr === 'models.Product.filter(item, item.active).size() + 1', 'the expression that was offered')
  await anna.keyboard.press('Control+Home')
  await anna.keyboard.type('models.Cust')
  await take('Customer')
  await anna.keyboard.type('.size() + ')
  const offered = await becomes(metric, ({ value }) => value.expr.startsWith('models.Customer.size() + models.'), 'what was offered before it')
  await inspector(anna).getByRole('status', { name: 'Value now' }).first().getByText(/^\d+$/).waitFor()
  said['what is offered is taken by Enter, and one types on'] = offered.value.expr === 'models.Customer.size() + models.Product.filter(item, item.active).size() + 1'
  await anna.keyboard.press('Escape')

  // Dates in their own control: typed, not written while they are half there, and changed by others.
  const order = await find('DataModel@1', ({ name }) => name === 'Order')
  await select(anna, order)
  await anna.getByRole('textbox', { name: 'Add field' }).click()
  await anna.keyboard.type('dueOn')
  await anna.keyboard.press('Tab')
  const due = await until(() => find('Field@1', ({ name }) => name === 'dueOn').catch(() => null), 'the new field')
  await anna.locator(`[data-cell="${due}/1"]:focus`).waitFor()
  await anna.keyboard.type('Date')
  await anna.keyboard.press('Enter')
  await becomes(due, props => props.type === 'Date', 'the type')
  await anna.locator(`[data-cell="${due}/5"]`).dblclick()
  const date = anna.getByLabel('Default', { exact: true }).and(anna.locator('input[type=date]')).first()
  await date.focus()
  await anna.keyboard.type('1122')
  await anna.getByText('Not a whole date yet.').waitFor()
  const half = (await nodes())[due].props.default
  await anna.keyboard.type('2026')
  await becomes(due, props => props.default === '2026-11-22', 'the date')
  await scene.shoot(anna, 'making-date')
  await anna.keyboard.press('Escape')

  const ben = await scene.open(`/rooms/${room}`, 'ben')
  await saved(ben)
  await select(ben, due)
  const bens = inspector(ben).locator('input[type=date]')
  await bens.fill('2027-01-02')
  await until(async () => (await inspector(anna).locator('input[type=date]').inputValue()) === '2027-01-02', 'the other date at anna')
  await anna.locator('.dm-cell-person').filter({ hasText: /./ }).waitFor()
  said['a date is written whole, and others see it'] = half === undefined

  // The fields of an index: by keys, and by the mouse.
  const index = await find('Index@1', ({ fields, type }) => type === 'composite' && Object.values(fields).some(({ value }) => value === 'createdAt'))
  const fieldsOf = ({ fields }) => Object.values(fields).toSorted((a, b) => (a.order < b.order ? -1 : 1)).map(({ value }) => value)
  const before = fieldsOf((await nodes())[index].props)
  const chip = name => anna.getByRole('group', { name: new RegExp(`^${name}, field`) })
  await chip('createdAt').focus()
  await anna.keyboard.press('Alt+ArrowLeft')
  await becomes(index, props => fieldsOf(props)[0] === 'createdAt', 'the moved field')
  await anna.getByRole('group', { name: 'createdAt, field 1 of 2' }).waitFor()
  const index2 = anna.getByRole('group', { name: 'Index over createdAt, customerEmail' })
  await drag(anna, index2.getByRole('group').nth(0), index2.getByRole('group').nth(1))
  const after = fieldsOf(await becomes(index, props => fieldsOf(props)[0] !== 'createdAt', 'the dragged field'))
  said['the fields of an index are moved'] = JSON.stringify(after) === JSON.stringify(before)
  await scene.look(anna, 'making-model')

  console.log(JSON.stringify({ faults: scene.faults, said }))
})
