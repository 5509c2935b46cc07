// A team of three builds an application from an empty room, by mouse and keyboard, and a fourth uses it.
//
//   node team.mjs SERVER ROOM PICTURES
//
// Anna and Ben have a mouse and a keyboard, Cleo a keyboard alone; hands.mjs refuses them all else.
// The application: patients and their visits; an overview that counts, a list to search, and a page
// for one patient with a form. Prints one JSON object with what came of it.
import { countTouches, Hand, Keyboard } from './hands.mjs'
import { launch, PATIENCE_MS, Scene } from './support.mjs'

const [server, room, pictures = ''] = process.argv.slice(2)
const scene = new Scene(await launch(), server, pictures)

const saved = ({ page }) => page.getByTestId('save-state').getByText('Saved').waitFor()
const canvas = ({ page }) => page.getByRole('region', { name: 'Canvas' })
const inspector = ({ page }) => page.getByRole('region', { name: 'Inspector' })
const panel = (person, name) => person.page.getByRole('toolbar', { name: 'Panels' }).getByRole('button', { name })

/** Opens a path as somebody with hands; failed requests are faults, too. */
async function enter (Person, path, who) {
  const context = await scene.browser.newContext({ viewport: { width: 1280, height: 800 } })
  await countTouches(context)
  const raw = await context.newPage()
  scene.watch(raw, who)
  raw.on('console', message => message.type() === 'warning' && scene.faults.push(`${who}: ${message.text()}`))
  raw.on('response', response => response.status() >= 400 && scene.faults.push(`${who}: ${response.status()} of ${response.url()}`))
  // What a page gives up when it is left is none.
  raw.on('requestfailed', request => request.failure().errorText !== 'net::ERR_ABORTED' && scene.faults.push(`${who}: ${request.failure().errorText} of ${request.url()}`))
  await raw.goto(`${server}${path}`)
  return new Person(raw, who)
}

/** Says who one is, by the face in the bar. */
async function introduce (person, name) {
  const face = person.page.getByRole('button', { name: /^You are/ })
  await face.waitFor()
  if (person instanceof Hand) await face.click()
  else {
    await person.tabTo(/^You are/)
    await person.keys('Enter')
  }
  await person.at(/^Your name/)
  await person.retype(name)
  await person.keys('Enter')
  await person.page.getByRole('button', { name: `You are ${name}` }).waitFor()
  await person.at(/^You are/)
}

/** Makes a data model with fields, in its grid: name and type of each, and what a reference leads to. */
async function makeModel (person, name, fields) {
  const { page } = person
  await panel(person, 'Data models').click()
  await page.getByRole('button', { name: 'New data model' }).first().click()
  await person.type(name)
  await person.keys('Enter')
  await page.getByRole('grid', { name: `Fields of ${name}` }).waitFor()
  for (const [field, type] of fields) {
    await page.getByRole('textbox', { name: 'Add field' }).click()
    await person.type(field)
    await person.keys('Tab')
    await person.type(type)
    await page.getByRole('combobox', { name: 'Find a type' }).and(page.locator(`[value="${type}"]`)).waitFor()
    await person.keys('Enter')
  }
}

/** Says in the grid what the reference leads to; the native list is chosen from by typing. */
async function referTo (person, model) {
  await person.page.getByText('no model yet').dblclick()
  await person.at(/^Model/)
  await person.type(model)
  await person.keys('Escape')
  await person.page.getByRole('gridcell', { name: model }).waitFor()
  await saved(person)
}

/** A page for each of the names and paths, by keys alone. */
async function makePages (person, pages) {
  const { page } = person
  for (const [index, [name, path]] of pages.entries()) {
    await person.keys('Alt+2')
    if (index === 0) await person.tabTo(/^Add (page|the first page)$/)
    else {
      await person.at(/^Pages$/)
      await person.tabTo(/^Add page$/, 'Shift+Tab')
    }
    await person.keys('Enter')
    await person.at(/^Name of/)
    await person.retype(name)
    await person.keys('Enter')
    await page.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: new RegExp(`^${name},`) }).waitFor()
    await person.at(/^Pages$/)
    await person.keys('Alt+7')
    await person.tabTo(/^Path/)
    await person.retype(path)
    await person.keys('Enter')
    await page.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: `${name}, ${path}` }).waitFor()
  }
}

/** A list of patients to search, of which one row leads to the page of its record: by keys alone. */
async function makeList (person) {
  await person.find('Patients', /^Patients\s*\/patients/)
  await person.find('Heading', /^Heading/)
  await canvas(person).getByRole('heading').waitFor()
  await person.keys('Alt+7')
  await person.tabTo(/^Text/)
  await person.retype('Our patients')
  await canvas(person).getByRole('heading', { name: 'Our patients' }).waitFor()
  await person.find('Table', /^Table/)
  await canvas(person).locator('table').first().waitFor()
  await person.keys('Alt+7')
  await person.tabTo(/^With a search field/)
  await person.keys('Space')
  await person.tabTo(/^Properties$/, 'Shift+Tab')
  await person.keys('ArrowRight')
  await person.tabTo(/^Model/)
  await person.pick('Patient')
  await person.tabTo(/^Data$/, 'Shift+Tab')
  await person.keys('ArrowRight')
  await person.at(/^Events$/)
  await person.tabTo(/^Add to On selecting a row/)
  await person.keys('Enter')
  await person.page.getByRole('menuitem', { name: /^Navigate/ }).waitFor()
  await person.keys('Enter')
  // The new entry has the focus.
  await person.at(/^Navigate/)
  await person.tabTo(/^To/)
  await person.type('/patients/:id')
  await person.keys('Enter')
  await person.tabTo(/^Use an expression for id/)
  await person.keys('Enter')
  await inspector(person).getByRole('textbox', { name: 'Value of id' }).waitFor()
}

const option = (person, name) => person.page.locator('[data-combobox-option]').getByText(name, { exact: true })
// Texts with suggestions are comboboxes.
const textbox = (person, name) => inspector(person).locator('input, textarea, [contenteditable=true]').and(inspector(person).getByRole('textbox', { name }).or(inspector(person).getByRole('combobox', { name }))).first()
const tab = (person, name) => inspector(person).getByRole('tab', { name })

/** Shows a page by the list of pages. */
async function showPage (person, name) {
  await panel(person, 'Pages').and(person.page.locator('[aria-pressed=false]')).or(person.page.getByRole('tree', { name: 'Pages' })).first().click()
  await person.page.getByRole('tree', { name: 'Pages' }).getByRole('treeitem', { name: new RegExp(`^${name},`) }).click()
}

/** The page of one patient: its record, and a form dragged together, by mouse. */
async function makeForm (person) {
  const { page } = person
  await showPage(person, 'Patient')
  await tab(person, 'Data').click()
  await inspector(person).getByLabel(/^Model/).first().click()
  await option(person, 'Patient').click()
  await scene.shoot(person.raw, 'team-record')
  await inspector(person).getByRole('button', { name: 'Use an expression for Record' }).click()
  await textbox(person, /^Record/).click()
  await person.type('params.id')
  await saved(person)
  await panel(person, 'Insert').click()
  const piece = name => page.getByRole('listbox', { name: 'Components and sections' }).getByRole('option', { name }).first()
  const search = page.getByRole('combobox', { name: 'Find a component' })
  await person.write(search, 'Form')
  await person.drag(piece(/^Form/), canvas(person).getByText('This page is empty'))
  await canvas(person).getByText('Empty form').waitFor()
  await person.write(search, 'Text field')
  await person.drag(piece(/^Text field/), canvas(person).getByText('Empty form'))
  await tab(person, 'Properties').click()
  await person.write(textbox(person, /^Label/), 'Full name')
  await bind(person, 'record.name')
  await person.write(search, 'Checkbox')
  await person.drag(piece(/^Checkbox/), canvas(person).getByText('Full name'))
  await person.write(textbox(person, /^Label/), 'Insured')
  await bind(person, 'record.insured')
  await saved(person)
}

async function bind (person, what) {
  await tab(person, 'Data').click()
  await person.write(textbox(person, /^Bound to/), what)
  await person.keys('Enter')
  await tab(person, 'Properties').click()
}

/** A button that leads to a page. */
async function makeLink (person, label, path) {
  await person.find('Button', /^Button/)
  await tab(person, 'Properties').click()
  await person.write(textbox(person, /^Label/), label)
  await tab(person, 'Events').click()
  await inspector(person).getByRole('button', { name: 'Add to On click' }).click()
  await person.page.getByRole('menuitem', { name: /^Navigate/ }).click()
  await person.write(textbox(person, /^To/), path)
  await person.keys('Enter')
}

/** A button that makes a visit of the patient whose page it is on. */
async function makeVisitButton (person) {
  await person.find('Button', /^Button/)
  await tab(person, 'Properties').click()
  await person.write(textbox(person, /^Label/), 'Register visit')
  await tab(person, 'Events').click()
  await inspector(person).getByRole('button', { name: 'Add to On click' }).click()
  await person.page.getByRole('menuitem', { name: /^Create record/ }).click()
  await inspector(person).getByLabel(/^Model/).first().click()
  await option(person, 'Visit').click()
  await person.write(textbox(person, /^New name in Values/), 'reason')
  await person.keys('Enter')
  await person.write(textbox(person, /^reason/i), 'Check-up')
  await person.write(textbox(person, /^New name in Values/), 'patient')
  await person.keys('Enter')
  // What a reference gets is an expression from the beginning.
  await textbox(person, /^patient/i).click()
  await person.type('params.id')
  await saved(person)
}

/** Two people write one formula at the same time: one its beginning, the other its end. */
async function countTogether (anna, ben) {
  await showPage(anna, 'Overview')
  await anna.find('Metric', /^Metric/)
  await tab(anna, 'Properties').click()
  await anna.write(textbox(anna, /^Label/), 'Insured')
  await inspector(anna).getByRole('button', { name: 'Use an expression for Value' }).click()
  await anna.write(textbox(anna, /^Value/), 'models.Patient')
  await showPage(ben, 'Overview')
  await canvas(ben).getByText('Insured', { exact: true }).click()
  await textbox(ben, /^Value/).click()
  await ben.keys('Control+End')
  await inspector(ben).getByText('models.Patient').waitFor()
  await Promise.all([
    anna.keys('Control+Home').then(() => anna.type('0 + ')),
    ben.type('.filter(item, item.insured).size()')
  ])
  await inspector(anna).getByText('0 + models.Patient.filter(item, item.insured).size()').waitFor()
  await saved(anna)
}

/** The records of a model as the preview's REST has them, once there are so many as `fits` wants. */
async function records (model, fits) {
  const deadline = Date.now() + PATIENCE_MS
  for (;;) {
    const { items } = await (await fetch(`${server}/preview/${room}/api/${model}`)).json()
    if (fits(items)) return items
    if (Date.now() > deadline) throw new Error(`the records of ${model} are ${JSON.stringify(items)}`)
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

/** A fourth person uses it: a patient is made, found, changed and visits, and the overview counts. */
async function useIt (dora) {
  const { page } = dora
  const button = name => page.getByRole('button', { name, exact: true })
  const name = page.getByRole('textbox', { name: /Full name/ })
  await button('New patient').click()
  await dora.write(name, 'Ändrea Größe')
  await page.getByRole('checkbox', { name: /Insured/ }).click()
  await button('Create').click()
  const [{ id }] = await records('Patient', items => items.length === 1)
  await button('Overview').click()
  await page.locator('.app-metric-value').getByText('1', { exact: true }).waitFor()
  await scene.look(dora.raw, 'team-preview')
  await button('All patients').click()
  await page.getByRole('heading', { name: 'Our patients' }).waitFor()
  await dora.write(page.getByRole('searchbox').or(page.getByRole('textbox', { name: /Search/ })).first(), 'größe')
  await page.getByRole('row').getByText('Ändrea Größe').click()
  await dora.write(name, 'Andrea Größe')
  await button('Save').click()
  await records('Patient', items => items[0].name === 'Andrea Größe')
  await button('Register visit').click()
  const [visit] = await records('Visit', items => items.length === 1)
  return { name: 'Andrea Größe', reason: visit.reason, isHers: visit.patient === id }
}

/** Every view of the designer is clean for axe, in both themes. */
async function lookAround (anna) {
  for (const name of ['Insert', 'Pages', 'Layers', 'Workflows', 'Data models']) {
    await panel(anna, name).click()
    await rest(anna, `team-${name}`, name === 'Data models')
  }
  await showPage(anna, 'Overview')
  for (const name of ['Data', 'Events', 'Access', 'Properties']) {
    await tab(anna, name).click()
    await rest(anna, `team-tab-${name}`, name === 'Properties')
  }
  for (const name of [/^Problems/, /^History/]) {
    await anna.page.getByRole('contentinfo', { name: 'Status' }).getByRole('button', { name }).click()
    await rest(anna, `team-${name.source.slice(1)}`)
  }
  await anna.keys('Control+k')
  await anna.page.getByRole('combobox', { name: 'Find anything' }).waitFor()
  await scene.axe(anna.raw, 'finder')
  await anna.keys('Escape')
}

/** Looks at a view with the mouse away from its buttons, whose tips would stand over it. */
async function rest (person, name, isInDark = false) {
  await person.mouse.move(640, 790)
  await person.page.getByRole('tooltip').waitFor({ state: 'detached' })
  if (isInDark || pictures !== '') await scene.look(person.raw, name)
  else await scene.axe(person.raw, name)
}

await scene.play(async () => {
  const anna = await enter(Hand, '/', 'anna')
  await anna.page.getByRole('button', { name: /New room|Make the first room/ }).first().click()
  const dialog = anna.page.getByRole('dialog', { name: 'New room' })
  await anna.write(dialog.getByRole('textbox', { name: 'Title' }), 'Clinic ♥ Zürich')
  await anna.write(dialog.getByRole('textbox', { name: 'Name' }), room)
  await dialog.getByRole('button', { name: 'Create room' }).click()
  await anna.page.waitForURL(/\/rooms\//)
  const [ben, cleo] = await Promise.all([enter(Hand, `/rooms/${room}`, 'ben'), enter(Keyboard, `/rooms/${room}`, 'cleo')])
  await Promise.all([introduce(anna, 'Anna Ångström'), introduce(ben, 'Ben Müller'), introduce(cleo, 'Cleo')])
  await Promise.all([anna, ben, cleo].map(saved))

  // At the same time: a data model each, and the pages by Cleo.
  await Promise.all([
    makeModel(anna, 'Patient', [['name', 'Text'], ['born', 'Date'], ['insured', 'Boolean']]),
    makeModel(ben, 'Visit', [['reason', 'Text'], ['fee', 'Decimal'], ['patient', 'Reference']]),
    makePages(cleo, [['Overview', '/'], ['Patients', '/patients'], ['Patient', '/patients/:id']])
  ])
  await Promise.all([anna, ben, cleo].map(saved))
  await referTo(ben, 'Patient')
  await scene.shoot(ben.raw, 'team-model')

  // At the same time: the list by keys, the form by mouse.
  await Promise.all([makeList(cleo), makeForm(ben)])
  await scene.shoot(cleo.raw, 'team-list')
  await scene.shoot(ben.raw, 'team-page')
  await showPage(anna, 'Patient')
  await makeVisitButton(anna)
  await showPage(anna, 'Patient')
  await makeLink(anna, 'Overview', '/')
  await countTogether(anna, ben)
  await showPage(anna, 'Overview')
  await makeLink(anna, 'New patient', '/patients/new')
  await showPage(anna, 'Overview')
  await makeLink(anna, 'All patients', '/patients')
  await Promise.all([anna, ben, cleo].map(saved))
  await scene.shoot(anna.raw, 'team-anna')

  const dora = await enter(Hand, `/preview/${room}/`, 'dora')
  const used = await useIt(dora)
  await lookAround(anna)
  const { application } = await (await fetch(`${server}/api/rooms/${room}/export`)).json()
  console.log(JSON.stringify({
    models: application.dataModels.map(model => [model.name, model.fields.map(field => [field.name, field.type])]),
    pages: application.pages.map(page => [page.name, page.path, page.children.map(child => child.component)]),
    used,
    touches: await cleo.touches(),
    walks: cleo.walks,
    faults: scene.faults
  }))
})
