// The order management sample in the preview, used by two people.
//
//   node orders.mjs SERVER ROOM PICTURES
//
// Creates a customer, products and an order with lines, has mistakes refused, reserves the order,
// and looks at what the other person sees meanwhile. Prints one JSON object with what it saw.
import { launch, Scene } from './support.mjs'

const [server, room, pictures] = process.argv.slice(2)

const scene = new Scene(await launch(), server, pictures)
const { faults } = scene

// A refusal is an answer with a status, which chromium reports as if it were a fault.
const expected = /status of (409|412|422)/
const open = (path, who) => scene.open(`/preview/${room}/#${path}`, who, { locale: 'en-IE', expected })

const go = (page, path) => page.evaluate(path => { location.hash = path }, path)

const field = (scope, name) => scope.getByRole('textbox', { name, exact: false }).first()

async function choose (scope, name, option) {
  const box = scope.getByRole('combobox', { name }).first()
  if (await box.evaluate(element => element.tagName) === 'SELECT') {
    await box.selectOption({ label: option })
    return
  }
  await box.click()
  await (scope.page?.() ?? scope).getByRole('option', { name: option }).first().click()
}

const row = page => page.locator('.app-table-new')

async function addLine (page, product, quantity, price) {
  if (await row(page).count() === 0) await page.getByRole('button', { name: 'Add row' }).click()
  const { length } = await page.getByRole('row', { name: new RegExp(product) }).all()
  await choose(row(page), 'Product', product)
  await field(row(page), 'Quantity').fill(quantity)
  await field(row(page), 'Unit price').fill(price)
  await row(page).getByRole('button', { name: 'Save row' }).click()
  await page.getByRole('row', { name: new RegExp(product) }).nth(length).waitFor()
  // The row is there again for the next line, empty.
  await page.waitForFunction(() => [...document.querySelectorAll('.app-table-new input')].every(input => input.value === ''))
}

await scene.play(async () => {
  const anna = await open('/customers', 'anna')
  const ben = await open('/orders', 'ben')
  await ben.getByText('No records yet').waitFor()

  // A customer; a wrong e-mail address is refused at its field.
  await anna.getByRole('button', { name: 'Add row' }).click()
  await field(row(anna), 'Name').fill('Zoë Größe & Söhne')
  await field(row(anna), 'Email').fill('zoë at example')
  await choose(row(anna), 'Tier', 'Gold')
  await row(anna).getByRole('button', { name: 'Save row' }).click()
  const email = field(row(anna), 'Email')
  await anna.locator('.app-table-new [aria-invalid="true"]').waitFor()
  const emailRefusal = await email.evaluate(input => document.getElementById(input.getAttribute('aria-describedby'))?.textContent)
  await scene.look(anna, 'preview-refused')
  await email.fill('zoe@example.com')
  await row(anna).getByRole('button', { name: 'Save row' }).click()
  await anna.getByRole('row', { name: /zoe@example\.com/ }).waitFor()

  // Products have no page of their own: theirs are generated.
  for (const [sku, title, price] of [['LAMP-1', 'Lámpara', '19.99'], ['BULB-7', 'Glühbirne', '0.10']]) {
    await go(anna, '/Product')
    await anna.getByRole('button', { name: 'New', exact: true }).click()
    await field(anna, 'Sku').fill(sku)
    await field(anna, 'Title').fill(title)
    await field(anna, 'Unit price').fill(price)
    await anna.getByRole('button', { name: 'Save', exact: true }).click()
    await anna.waitForFunction(() => /^#\/Product\/(?!new)/.test(location.hash))
  }
  await scene.look(anna, 'preview-generated')

  // An order. The other person, who is looking at the list, sees it come.
  await go(anna, '/orders')
  await anna.getByRole('button', { name: 'New order' }).click()
  await field(anna, 'Number').fill('A-1001')
  await choose(anna, 'Customer', 'Zoë Größe & Söhne')
  await anna.getByRole('button', { name: 'Create', exact: true }).click()
  await anna.waitForFunction(() => /^#\/orders\/(?!new)/.test(location.hash))
  const order = await anna.evaluate(() => location.hash.slice(1))
  await ben.getByRole('row', { name: /A-1001/ }).waitFor()

  // 3 × 19.99 + 7 × 0.10 = 60.67; less five per cent for gold customers 57.6365, rounded 57.64.
  await addLine(anna, 'Lámpara', '3', '19.99')
  await addLine(anna, 'Glühbirne', '7', '0.10')
  await anna.getByText('€57.64').first().waitFor()
  await ben.getByRole('row', { name: /A-1001.*€57\.64/ }).waitFor()
  await scene.look(anna, 'preview-order')
  await scene.look(ben, 'preview-orders')

  // The same number again is refused at its field.
  await go(anna, '/orders/new')
  await anna.getByRole('button', { name: 'Create', exact: true }).waitFor()
  await field(anna, 'Number').fill('A-1001')
  await choose(anna, 'Customer', 'Zoë Größe & Söhne')
  await anna.getByRole('button', { name: 'Create', exact: true }).click()
  const number = field(anna, 'Number')
  await anna.locator('[aria-invalid="true"]').first().waitFor()
  const numberRefusal = await number.evaluate(input => input.getAttribute('aria-describedby').split(' ').map(id => document.getElementById(id)?.textContent).join(' '))

  // The dashboard is right at once, also while somebody else changes what it shows.
  await go(ben, '/')
  const metric = label => ben.locator('.app-metric', { hasText: label }).locator('.app-metric-value')
  const dashboard = async () => [await metric('Open orders').innerText(), await metric('Confirmed value').innerText()]
  await metric('Open orders').getByText('1', { exact: true }).waitFor()
  const before = await dashboard()

  // Reserve: the workflow calls the connector until it answers, and confirms the order.
  await go(anna, order)
  await anna.getByText('€57.64').first().waitFor()
  if (await anna.getByRole('alert').count() > 0) faults.push('the other order\'s refusal is still shown')
  await anna.getByRole('button', { name: 'Reserve' }).click()
  await anna.locator('[aria-current="step"]', { hasText: 'Confirmed' }).waitFor()
  await metric('Confirmed value').getByText('€57.64').waitFor()
  const after = await dashboard()
  await scene.look(ben, 'preview-dashboard')

  await anna.getByRole('button', { name: /^Runs/ }).click()
  await anna.getByRole('button', { name: /processOrder/ }).click()
  await anna.getByText('Attempt 3').waitFor()
  await scene.look(anna, 'preview-runs')
  await anna.keyboard.press('Escape')

  // As a clerk: no e-mail addresses, nothing to add to customers.
  await go(anna, '/customers')
  await anna.getByRole('row', { name: /zoe@example\.com/ }).waitFor()
  await anna.getByRole('combobox', { name: /View as/ }).selectOption('clerk')
  await anna.getByText('zoe@example.com').waitFor({ state: 'detached' })
  await anna.getByRole('row', { name: /Zoë Größe/ }).waitFor()
  const clerk = await anna.getByRole('main').innerText()

  console.log(JSON.stringify({ emailRefusal, numberRefusal, before, after, clerk, faults }))
})
