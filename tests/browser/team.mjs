// A team of three builds an application from an empty room, by pointer and keyboard, and uses it.
//
//   node team.mjs SERVER ROOM PICTURES
//
// Anna works with pointer and keyboard, Ben mostly with the pointer, Cleo with the keyboard alone: her
// page is given no other input than keys. Prints one JSON object with what came of it.
import { drag, launch, Scene } from './support.mjs'

const [server, room, pictures] = process.argv.slice(2)
const scene = new Scene(await launch(), server, pictures)

const saved = page => page.getByTestId('save-state').getByText('Saved').waitFor()
const canvas = page => page.getByRole('region', { name: 'Canvas' })
const inspector = page => page.getByRole('region', { name: 'Inspector' })

/** Presses keys one after the other, as `Tab*3` for three of them. */
async function keys (page, ...names) {
  for (const name of names) {
    const [key, count] = name.split('*')
    for (let index = 0; index < Number(count ?? 1); index += 1) await page.keyboard.press(key)
  }
}

/** Goes on with the Tab key until what has the focus is called so. */
async function tabTo (page, name) {
  for (let index = 0; index < 120; index += 1) {
    const isThere = await page.evaluate(pattern => {
      const element = document.activeElement
      const labels = element?.labels ? [...element.labels].map(label => label.textContent) : []
      const by = (element?.getAttribute('aria-labelledby') ?? '').split(' ').map(id => document.getElementById(id)?.textContent ?? '')
      const texts = [element?.getAttribute('aria-label') ?? '', ...labels, ...by, element?.tagName === 'BUTTON' ? element.textContent : '']
      return texts.some(text => new RegExp(pattern).test(text.trim()))
    }, name.source)
    if (isThere) return
    await page.keyboard.press('Tab')
  }
  throw new Error(`the keyboard does not lead to ${name}`)
}

/** Chooses something in the finder, which Ctrl-K opens. */
async function find (page, text, result) {
  await page.keyboard.press('Control+k')
  await page.getByRole('combobox', { name: 'Find anything' }).waitFor()
  await page.keyboard.type(text)
  await page.getByRole('listbox', { name: 'Results' }).getByRole('option', { name: result }).first().waitFor()
  await page.keyboard.press('Enter')
}

/** Opens the list of the chooser that has the focus and goes to an option of it. */
async function pick (page, option) {
  await keys(page, 'Enter')
  for (let index = 0; index < 20; index += 1) {
    const marked = page.locator('[role="option"][data-combobox-selected]')
    if (await marked.count() > 0 && (await marked.innerText()).trim() === option) break
    await keys(page, 'ArrowDown')
  }
  await keys(page, 'Enter')
}

/** Makes a data model with fields, in its grid: name and type of each. */
async function makeModel (page, name, fields) {
  await page.getByRole('button', { name: 'Data models' }).click()
  await page.getByRole('button', { name: 'New data model' }).first().click()
  await page.keyboard.type(name)
  await page.keyboard.press('Enter')
  await page.getByRole('grid', { name: `Fields of ${name}` }).waitFor()
  for (const [field, type] of fields) {
    await page.getByRole('textbox', { name: 'Add field' }).click()
    await page.keyboard.type(field)
    await page.keyboard.press('Tab')
    await page.keyboard.type(type)
    await page.getByRole('combobox', { name: 'Find a type' }).and(page.locator(`[value="${type}"]`)).waitFor()
    await page.keyboard.press('Enter')
  }
}

await scene.play(async () => {
  // Anna makes an empty room; the others come by its address.
  const anna = await scene.open('/', 'anna')
  await anna.getByRole('button', { name: /New room|Make the first room/ }).first().click()
  const dialog = anna.getByRole('dialog', { name: 'New room' })
  await dialog.getByRole('textbox', { name: 'Title' }).fill('Clinic ♥ Zürich')
  await dialog.getByRole('textbox', { name: 'Name' }).fill(room)
  await dialog.getByRole('button', { name: 'Create room' }).click()
  await anna.waitForURL(/\/rooms\//)
  const ben = await scene.open(`/rooms/${room}`, 'ben')
  const cleo = await scene.open(`/rooms/${room}`, 'cleo')
  for (const page of [anna, ben, cleo]) await saved(page)

  // Two data models, one each, at the same time.
  await Promise.all([
    makeModel(anna, 'Patient', [['name', 'Text'], ['born', 'Date'], ['insured', 'Boolean']]),
    makeModel(ben, 'Visit', [['reason', 'Text'], ['fee', 'Decimal']])
  ])
  await saved(anna)
  await saved(ben)

  // Three pages by Cleo, who has no pointer.
  for (const name of ['Overview', 'Patients', 'Visits']) {
    await keys(cleo, 'Alt+2')
    await tabTo(cleo, /^(Add page|Add the first page)$/)
    await keys(cleo, 'Enter')
    await cleo.getByRole('textbox', { name: /^Name of/ }).waitFor()
    await keys(cleo, 'Control+a')
    await cleo.keyboard.type(name)
    await keys(cleo, 'Enter')
    await cleo.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: new RegExp(`^${name}`) }).waitFor()
  }
  await saved(cleo)
  await scene.shoot(cleo, 'team-pages')

  // Cleo puts a heading and a table of patients onto the second page.
  await find(cleo, 'Patients', /^Patients/)
  await find(cleo, 'Heading', /Heading/)
  await canvas(cleo).getByRole('heading').waitFor()
  await keys(cleo, 'Alt+3')
  await tabTo(cleo, /^Text/)
  await keys(cleo, 'Control+a')
  await cleo.keyboard.type('Our patients')
  await canvas(cleo).getByRole('heading', { name: 'Our patients' }).waitFor()
  await keys(cleo, 'Alt+3')
  await find(cleo, 'Table', /^Table/)
  await canvas(cleo).locator('[data-node] table, table').first().waitFor()
  await keys(cleo, 'Alt+3')
  await tabTo(cleo, /^Editable/)
  await keys(cleo, 'Space')
  await keys(cleo, 'Alt+3')
  await tabTo(cleo, /^Properties$/)
  await keys(cleo, 'ArrowRight')
  await tabTo(cleo, /^Model/)
  await pick(cleo, 'Patient')
  await saved(cleo)
  await scene.shoot(cleo, 'team-table')

  // Ben drags a heading and a table onto the third page and gives the table its data.
  await ben.getByRole('button', { name: 'Pages' }).click()
  await ben.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: /^Visits/ }).click()
  await ben.getByRole('button', { name: 'Insert' }).click()
  const piece = name => ben.getByRole('listbox', { name: 'Components and sections' }).getByRole('option', { name }).first()
  await drag(ben, piece(/^Heading/), canvas(ben).locator('.app-slot-hint, .app-page').first())
  await canvas(ben).getByRole('heading').waitFor()
  await inspector(ben).getByRole('textbox', { name: /^Text/ }).fill('Visits')
  await ben.getByRole('combobox', { name: 'Find a component' }).fill('Table')
  await drag(ben, piece(/^Table/), canvas(ben).getByRole('heading'))
  await inspector(ben).getByRole('switch', { name: /Editable/ }).check({ force: true })
  await inspector(ben).getByRole('tab', { name: 'Data' }).click()
  await inspector(ben).getByLabel(/^Model/).first().click()
  await ben.getByRole('option', { name: 'Visit', exact: true }).first().click()
  await saved(ben)
  await scene.shoot(ben, 'team-ben')

  // Anna counts the patients on the first page.
  await anna.getByRole('button', { name: 'Pages' }).click()
  await anna.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: /^Overview/ }).click()
  await find(anna, 'Metric', /^Metric/)
  await inspector(anna).getByRole('textbox', { name: /^Label/ }).fill('Patients')
  await inspector(anna).getByRole('button', { name: 'Use an expression for Value' }).click()
  await inspector(anna).getByRole('textbox', { name: /^Value/ }).fill('models.Patient.filter(item, item.insured).size()')
  await saved(anna)
  await scene.shoot(anna, 'team-anna')

  // In the preview a patient is added, and the first page counts it.
  const preview = await scene.open(`/preview/${room}/#/page2`, 'preview')
  await preview.getByRole('heading', { name: 'Our patients' }).waitFor()
  await preview.getByRole('button', { name: 'Add row' }).click()
  const row = preview.locator('.app-table-new')
  await row.getByRole('textbox', { name: /name/i }).first().fill('Ändrea Größe')
  await row.getByRole('checkbox').first().check({ force: true })
  await row.getByRole('button', { name: 'Save row' }).click()
  await preview.getByRole('row', { name: /Ändrea Größe/ }).waitFor()
  await preview.evaluate(() => { location.hash = '/page' })
  await preview.locator('.app-metric-value').getByText('1', { exact: true }).waitFor()
  await canvas(anna).locator('.app-metric-value').getByText('1', { exact: true }).waitFor()
  await scene.shoot(preview, 'team-preview')

  // Every view is clean, in both themes.
  const views = [
    ['palette', () => anna.getByRole('button', { name: 'Insert' }).click()],
    ['pages', () => anna.getByRole('button', { name: 'Pages' }).click()],
    ['layers', () => anna.getByRole('button', { name: 'Layers' }).click()],
    ['workflows', () => anna.getByRole('button', { name: 'Workflows' }).click()],
    ['models', () => anna.getByRole('button', { name: 'Data models' }).click()],
    ['problems', () => anna.getByRole('button', { name: /^Problems/ }).click()],
    ['history', () => anna.getByRole('button', { name: /^History/ }).click()]
  ]
  for (const [name, open] of views) {
    await open()
    // Away from the button, whose tip would stand over the view.
    await anna.mouse.move(640, 790)
    await anna.getByRole('tooltip').waitFor({ state: 'detached' })
    await scene.look(anna, `team-${name}`)
  }
  const { application } = await (await anna.request.get(`${server}/api/rooms/${room}/export`)).json()
  console.log(JSON.stringify({
    models: application.dataModels.map(model => [model.name, model.fields.map(field => [field.name, field.type])]),
    pages: application.pages.map(page => [page.name, page.children.map(child => child.component)]),
    faults: scene.faults
  }))
})
