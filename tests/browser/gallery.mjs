// The gallery of components in a real browser.
//
//   node gallery.mjs SERVER PICTURES
//
// Looks at every component in both themes, and uses some of them by keyboard. Prints one JSON object
// with what was found; an error of the page or a finding of axe is a fault.
import { launch, Scene } from './support.mjs'

const [server, pictures] = process.argv.slice(2)

const scene = new Scene(await launch(), server, pictures)
const { faults } = scene

function expect (fact, what) {
  if (!fact) faults.push(what)
}

const page = await scene.open('/gallery', 'gallery', { reducedMotion: 'reduce', timezoneId: 'UTC' })

const specimen = (component, state) => page.getByRole('group', { name: `${component}, ${state}`, exact: true })
const isFocused = locator => locator.evaluate(element => element === document.activeElement)

// What an answer brings about comes a moment after the answer.
async function soon (look, what) {
  const deadline = Date.now() + 5_000
  while (Date.now() < deadline) {
    if (await look()) return
    await new Promise(resolve => setTimeout(resolve, 30))
  }
  faults.push(what)
}

async function look () {
  if (pictures) await page.getByRole('region', { name: 'Table', exact: true }).evaluate(element => element.scrollIntoView())
  await scene.look(page, 'gallery')
  if (pictures) await page.screenshot({ path: `${pictures}/gallery-all.png`, fullPage: true })
}

async function chooseByTyping () {
  const box = specimen('Select', 'Of a model, by typing').getByRole('combobox', { name: 'Customer' })
  await box.focus()
  await page.keyboard.press('ArrowDown')
  await page.getByRole('listbox', { name: 'Customer' }).waitFor()
  await box.fill('łódź')
  await page.getByRole('option', { name: 'Łódź Textil' }).waitFor()
  await page.keyboard.press('Enter')
  expect(await box.inputValue() === 'Łódź Textil', 'the combobox did not take the option')
  expect(await page.getByRole('listbox').count() === 0, 'the list stayed open after a choice')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  expect(await page.getByRole('listbox').count() === 0, 'Escape left the list open')
}

async function openMenu () {
  const button = specimen('Menu', 'Closed; press to open').getByRole('button', { name: 'More' })
  await button.focus()
  await page.keyboard.press('ArrowDown')
  expect(await isFocused(page.getByRole('menuitem', { name: 'Duplicate' })), 'the menu did not focus its first item')
  await page.keyboard.press('e')
  expect(await isFocused(page.getByRole('menuitem', { name: 'Export as CSV…' })), 'a letter did not lead to its item')
  await page.keyboard.press('Escape')
  expect(await isFocused(button), 'the menu did not give the focus back')
  expect(await page.getByRole('menu').count() === 0, 'Escape left the menu open')
}

async function switchTabs () {
  const tabs = specimen('Tabs', 'Normal')
  await tabs.getByRole('tab', { name: 'Details' }).focus()
  await page.keyboard.press('End')
  await tabs.getByRole('tabpanel').getByText('Nothing happened yet.').waitFor()
  await page.keyboard.press('ArrowRight')
  await tabs.getByRole('tabpanel').getByText('What was ordered.').waitFor()
}

async function useDialog () {
  const opener = specimen('Dialog', 'Opened by a button').getByRole('button', { name: 'Open the dialog' })
  await opener.press('Enter')
  const dialog = page.getByRole('dialog', { name: 'Cancel this order?' })
  await dialog.waitFor()
  for (let step = 0; step < 6; step++) {
    await page.keyboard.press('Tab')
    const isInside = await page.evaluate(() => document.activeElement === document.body || document.activeElement.closest('dialog') !== null)
    expect(isInside, 'the focus left the open dialog')
  }
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  expect(await isFocused(opener), 'the dialog did not give the focus back')
}

async function walkRows () {
  const table = specimen('Table', 'Many records, search, rows that can be selected')
  const row = name => table.getByRole('row', { name })
  await row('2026-1000').focus()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  expect(await row('2026-1001').getAttribute('aria-selected') === 'true', 'Enter did not select the row')
  await table.getByRole('button', { name: 'Number' }).press('Enter')
  await table.getByRole('button', { name: 'Number' }).press('Enter')
  await row('2026-1131').waitFor()
  expect(await table.getByRole('columnheader', { name: 'Number' }).getAttribute('aria-sort') === 'descending', 'the order is not told')
  await table.getByRole('button', { name: 'Next page' }).press('Enter')
  await table.getByText('6–10 of 132').waitFor()
  await table.getByRole('searchbox', { name: 'Search' }).fill('2026-1077')
  await row('2026-1077').waitFor()
  await row('2026-1126').waitFor({ state: 'detached' })
  await table.getByRole('searchbox', { name: 'Search' }).fill('nothing like this')
  await table.getByText('Nothing found').waitFor()
}

async function editCells () {
  const table = specimen('Table', 'Editable')
  const cell = text => table.getByRole('gridcell', { name: text, exact: true })
  await cell('T-shirt “Ærlig”').focus()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Enter')
  const quantity = table.getByRole('textbox', { name: 'Quantity' })
  await quantity.fill('0')
  await page.keyboard.press('Enter')
  await table.getByRole('alert').getByText('Order at least one.').waitFor()
  await quantity.fill('1 234')
  await page.keyboard.press('Tab')
  await cell('1,234').waitFor()
  const price = table.getByRole('textbox', { name: 'Unit price' })
  expect(await isFocused(price), 'Tab did not open the next cell')
  await price.fill('19.999')
  await table.getByText('Enter at most 2 digits after the point.').waitFor()
  await page.keyboard.press('Escape')
  await cell('€19.90').first().waitFor()
  await table.getByRole('button', { name: 'Add row' }).press('Enter')
  await page.keyboard.press('Enter')
  await table.getByText('Product is required.').waitFor()
  await table.getByRole('combobox', { name: 'Product' }).fill('cap')
  await page.getByRole('option', { name: 'Cap ☀' }).click()
  await table.getByRole('textbox', { name: 'Quantity' }).fill('7')
  await page.keyboard.press('Enter')
  await cell('Cap ☀').waitFor()
  // The next new row stands open with the focus in it.
  await soon(() => isFocused(table.getByRole('combobox', { name: 'Product' })), 'the next new row did not get the focus')
  await page.keyboard.press('Escape')
  await table.getByRole('button', { name: 'Add row' }).waitFor()
  const rows = await table.getByRole('row').count()
  await table.getByRole('row', { name: 'Cap ☀' }).getByRole('button', { name: 'Delete row' }).press('Enter')
  await page.getByRole('button', { name: 'Really delete this row' }).press('Enter')
  await cell('Cap ☀').waitFor({ state: 'detached' })
  const left = await table.getByRole('row').count()
  expect(left === rows - 1, `of ${rows} rows one was deleted, and ${left} are left`)
}

async function sendForm () {
  const fresh = specimen('Form', 'New')
  const number = fresh.getByRole('textbox', { name: 'Number' })
  await fresh.getByRole('button', { name: 'Create' }).press('Enter')
  await fresh.getByRole('alert').getByText('2 fields need attention').waitFor()
  await soon(() => isFocused(number), 'the first wrong field did not get the focus')
  expect(await number.getAttribute('aria-invalid') === 'true', 'the wrong field does not say so')
  const form = specimen('Form', 'Normal')
  const own = form.getByRole('textbox', { name: 'Number' })
  await own.fill('2026-1001')
  await page.keyboard.press('Enter')
  // While it is on its way the button waits, and a second press is none.
  await form.getByRole('button', { name: 'Save' }).and(page.locator('[aria-busy="true"]')).waitFor()
  await form.getByRole('button', { name: 'Save' }).click()
  await form.locator('.app-error').getByText('is already taken').waitFor()
  await soon(() => isFocused(own), 'the refused field did not get the focus')
  const described = await own.getAttribute('aria-describedby')
  expect((await page.locator(`[id="${described}"]`).innerText()).includes('already taken'), 'the refusal is not tied to its field')
  await form.getByRole('button', { name: 'Discard changes' }).click()
  expect(await own.inputValue() === '2026-1000', 'discarding did not bring the saved value back')
}

async function typeNumbers () {
  const price = specimen('NumberField', 'Normal').getByRole('textbox', { name: 'Price' })
  await price.fill('9 007 199 254 740 993.10')
  await price.blur()
  const shown = await price.inputValue()
  expect(shown === '€9,007,199,254,740,993.10', `the number is not exact: ${shown}`)
  await price.fill('twelve')
  await specimen('NumberField', 'Normal').getByText('Enter a number').waitFor()
  expect(await page.locator('img[src="x"]').count() === 0, 'text became HTML')
}

await scene.play(async () => {
  await page.getByRole('heading', { name: 'Components', level: 1 }).waitFor()
  const components = await page.locator('.gallery-section > h2').allInnerTexts()
  await look()
  for (const deed of [chooseByTyping, openMenu, switchTabs, useDialog, walkRows, editCells, sendForm, typeNumbers]) {
    await deed().catch(error => faults.push(`${deed.name}: ${error.message}`))
  }
  console.log(JSON.stringify({ components, faults }))
})
