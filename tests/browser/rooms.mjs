// The page of rooms in a real browser: everything that can be done there, by pointer and by keyboard.
//
//   node rooms.mjs SERVER PICTURES
//
// In local mode, or with the tokens of ANNA and BORIS in the environment on a server where people sign
// in. Prints one JSON object: what axe, the console and the page's own errors had to say.
import { demoRooms } from './demo.mjs'
import { launch, Scene } from './support.mjs'

const [server, pictures] = process.argv.slice(2)
const { ANNA: annasToken, BORIS: borisToken } = process.env

const scene = new Scene(await launch(), server, pictures)
const { faults } = scene
const open = (path, who) => scene.open(path, who, { locale: 'en-GB' })
const axe = (page, name) => scene.axe(page, name)
const look = (page, name) => scene.look(page, name)

// The browser itself logs every answer that is an error, also one that the page deals with.
async function expecting (status, work) {
  const before = faults.length
  await work()
  faults.splice(before, faults.length, ...faults.slice(before).filter(fault => !fault.includes(`a status of ${status}`)))
}

function check (isTrue, what) {
  if (!isTrue) throw new Error(`it is not so that ${what}`)
}

/** Waits until the element has the focus: it comes with the next frame. */
async function focused (locator) {
  await locator.waitFor()
  await locator.page().waitForFunction(element => element === document.activeElement, await locator.elementHandle())
}

const card = (page, title) => page.getByRole('listitem').filter({ has: page.getByRole('link', { name: title, exact: true }) })
const toast = page => page.getByRole('status').filter({ hasText: /“/ })

async function choose (page, title, item) {
  const name = `More about ${title}`
  await page.getByRole('button', { name, exact: true }).click()
  // Another room's menu may be closing still.
  await page.getByRole('menu', { name, exact: true }).getByRole('menuitem', { name: item }).click()
}

async function create (page, title, name) {
  await page.goto(`${server}/`)
  await page.getByRole('button', { name: /New room|Make the first room/ }).first().click()
  const dialog = page.getByRole('dialog', { name: 'New room' })
  await dialog.getByRole('textbox', { name: 'Title' }).fill(title)
  if (name) await dialog.getByRole('textbox', { name: 'Name' }).fill(name)
  await dialog.getByRole('button', { name: 'Create room' }).click()
  await page.waitForURL(/\/rooms\//)
  await page.goto(`${server}/`)
  await page.getByRole('link', { name: title, exact: true }).waitFor()
}

async function everybodysWork (page) {
  await page.getByText('No rooms yet').waitFor()
  await look(page, 'rooms-empty')
  await create(page, 'Größe & <b>Ähre</b> 😀')
  await create(page, 'Bestellungen', 'orders')

  // Renamed in place, by menu and by key; Escape leaves it as it was.
  await choose(page, 'Bestellungen', /^Rename/)
  const field = page.getByRole('textbox', { name: 'Title of orders' })
  await field.fill('Aufträge 2026')
  await field.press('Enter')
  const renamed = page.getByRole('link', { name: 'Aufträge 2026', exact: true })
  await focused(renamed)
  await page.keyboard.press('F2')
  await field.fill('nobody wants this')
  await field.press('Escape')
  await renamed.waitFor()

  // The menu by keyboard alone; Escape leads back to where it was opened.
  const more = page.getByRole('button', { name: 'More about Aufträge 2026' })
  await more.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menuitem', { name: 'Open preview' }).waitFor()
  await axe(page, 'menu')
  await page.keyboard.press('Escape')
  await focused(more)

  // A duplicate, with a name that is free.
  await choose(page, 'Aufträge 2026', 'Duplicate…')
  const dialog = page.getByRole('dialog', { name: 'Duplicate room' })
  check(await dialog.getByRole('textbox', { name: 'Name' }).inputValue() === 'orders-copy', 'a free name is suggested')
  await axe(page, 'duplicate')
  await dialog.getByRole('button', { name: 'Duplicate' }).click()
  await dialog.waitFor({ state: 'detached' })
  await focused(page.getByRole('link', { name: 'Aufträge 2026 (copy)', exact: true }))

  // Found as one types, from anywhere.
  await page.locator('body').press('/')
  const search = page.getByRole('textbox', { name: 'Search the rooms' })
  await focused(search)
  await page.keyboard.type('COPY auftr')
  await page.getByText('1 of 3 rooms found').waitFor({ state: 'attached' })
  check(await page.getByRole('listitem').count() === 1, 'one room is found')
  await search.fill('%')
  await page.getByText('No room is called that').waitFor()
  await axe(page, 'nothing found')
  await search.press('Escape')
  check(await page.getByRole('listitem').count() === 3, 'all rooms are shown again')

  // Exported.
  const [download] = await Promise.all([page.waitForEvent('download'), choose(page, 'Aufträge 2026', 'Export as YAML')])
  check(download.suggestedFilename() === 'orders.yaml', 'the export is named after the room')

  // Deleted, and undone by the button and by the keys.
  const copy = card(page, 'Aufträge 2026 (copy)')
  await choose(page, 'Aufträge 2026 (copy)', /^Delete/)
  await copy.waitFor({ state: 'detached' })
  await toast(page).getByRole('button', { name: 'Undo' }).click()
  await copy.waitFor()
  await page.getByText('“Aufträge 2026 (copy)” is back.').waitFor()
  await page.getByRole('link', { name: 'Aufträge 2026 (copy)', exact: true }).focus()
  await page.keyboard.press('Delete')
  await copy.waitFor({ state: 'detached' })
  await focused(page.locator('a[data-room]:focus'))
  await page.keyboard.press('Control+z')
  await copy.waitFor()

  // And from the trash.
  await choose(page, 'Aufträge 2026 (copy)', /^Delete/)
  await copy.waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Trash' }).click()
  await page.getByRole('row', { name: /Aufträge 2026 \(copy\)/ }).getByText(/in 30 days|next month/).waitFor()
  await axe(page, 'trash')
  await page.getByRole('button', { name: 'Restore Aufträge 2026 (copy)' }).click()
  await page.getByText('Nothing is in the trash').waitFor()
  await page.getByRole('link', { name: /^All rooms/ }).click()
  await copy.waitFor()

  // As a list, which the browser remembers.
  await page.getByRole('button', { name: 'List' }).click()
  await page.getByRole('row', { name: /Aufträge 2026 \(copy\)/ }).waitFor()
  await page.reload()
  await page.getByRole('table', { name: 'Rooms' }).waitFor()
  await page.getByRole('combobox', { name: 'Order of the rooms' }).selectOption('title')
  check((await page.getByRole('row').nth(1).innerText()).includes('Aufträge 2026'), 'rooms are in the order of their titles')
  await axe(page, 'list')
  await page.getByRole('button', { name: 'Cards' }).click()
}

async function localWork (page) {
  for (const [item, name] of [['Members…', /^Members of/], ['Share a link…', /^Share/]]) {
    await choose(page, 'Aufträge 2026', item)
    const dialog = page.getByRole('dialog', { name })
    await dialog.getByText('local mode').waitFor()
    await axe(page, name)
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    await focused(page.getByRole('link', { name: 'Aufträge 2026', exact: true }))
  }
}

async function membersWork (page) {
  await choose(page, 'Aufträge 2026', 'Members…')
  const dialog = page.getByRole('dialog', { name: /^Members of/ })
  await dialog.getByRole('row', { name: /anna/ }).getByText('you, created this room').waitFor()
  await expecting(409, async () => {
    await dialog.getByRole('combobox', { name: 'Role of anna' }).selectOption('viewer')
    await dialog.getByRole('alert').getByText('keeps an owner').waitFor()
  })
  await dialog.getByRole('textbox', { name: 'Add a user' }).fill('boris')
  await dialog.getByRole('combobox', { name: 'Role', exact: true }).selectOption('viewer')
  await dialog.getByRole('button', { name: 'Add' }).click()
  await dialog.getByRole('row', { name: /boris/ }).waitFor()
  await dialog.getByRole('combobox', { name: 'Role of boris' }).selectOption('reviewer')
  await look(page, 'rooms-members')

  // Boris sees that room and what a reviewer may do in it, and nothing else.
  const boris = await open(`/login?token=${borisToken}`, 'boris')
  await boris.getByRole('link', { name: 'Aufträge 2026', exact: true }).waitFor()
  check(await boris.getByRole('listitem').count() === 1, 'a member sees one room')
  check(await boris.getByRole('button', { name: 'New room' }).count() === 0, 'a member makes no rooms')
  await boris.getByRole('button', { name: 'More about Aufträge 2026' }).click()
  const items = await boris.getByRole('menuitem').allInnerTexts()
  check(items.join() === 'Open preview,Export as JSON,Export as YAML,Members…', `a reviewer is offered what they may (${items})`)
  await boris.getByRole('menuitem', { name: 'Members…' }).click()
  await boris.getByText('You are a reviewer here.').waitFor()

  await dialog.getByRole('button', { name: 'Remove boris' }).click()
  await dialog.getByRole('row', { name: /boris/ }).waitFor({ state: 'detached' })
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  await dialog.waitFor({ state: 'detached' })
  await boris.goto(`${server}/`)
  await boris.getByText('Nobody has let you into a room yet.').waitFor()
  await axe(boris, 'nothing for a member')

  // Signed out, every way leads to the sign-in page.
  await boris.getByRole('button', { name: /^Account of/ }).click()
  await boris.getByRole('menuitem', { name: 'Sign out' }).waitFor()
  await boris.mouse.move(0, 700)
  await axe(boris, 'account')
  await boris.getByRole('menuitem', { name: 'Sign out' }).click()
  await boris.waitForURL(/\/login/)
  await boris.context().close()
}

async function linksWork (page) {
  await choose(page, 'Aufträge 2026', 'Share a link…')
  const dialog = page.getByRole('dialog', { name: /^Share/ })
  await dialog.getByRole('combobox', { name: /^Whoever/ }).selectOption('editor')
  await dialog.getByRole('combobox', { name: 'For' }).selectOption('86400')
  await dialog.getByRole('button', { name: 'Make a link' }).click()
  const link = await dialog.getByRole('textbox', { name: 'The link' }).inputValue()
  await dialog.getByRole('row', { name: /Editor/ }).getByText(/expires (tomorrow|in 1 day|in 24 hours)/).waitFor()
  await look(page, 'rooms-share')

  const guest = await open(new URL(link).pathname + new URL(link).search, 'guest')
  await guest.waitForURL(/\/rooms\/orders/)
  await guest.goto(`${server}/`)
  await guest.getByRole('link', { name: 'Aufträge 2026', exact: true }).waitFor()
  check(await guest.getByRole('listitem').count() === 1, 'a guest sees the room of the link')

  await dialog.getByRole('button', { name: /^Revoke the editor link/ }).click()
  await dialog.getByText(/^revoked/).waitFor()
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click()
  await expecting(401, async () => {
    await guest.evaluate(() => window.dispatchEvent(new Event('focus')))
    await guest.waitForURL(/\/login/)
  })
  await guest.context().close()
}

// A dozen rooms with people in two of them, as the documentation shows them.
async function takePictures () {
  const { rooms } = await (await fetch(`${server}/api/rooms`)).json()
  for (const { name } of rooms) await fetch(`${server}/api/rooms/${name}`, { method: 'DELETE' })
  for (const [name, title, model] of await demoRooms()) {
    const body = JSON.stringify({ name, title, ...(model && { model }) })
    const answer = await fetch(`${server}/api/rooms`, { method: 'POST', body })
    check(answer.status === 201, `${name} was made: ${await answer.text()}`)
  }
  for (const [name, room] of [['Zoë Ångström', 'order-management'], ['Ben Ek', 'order-management'], ['Clara Öz', 'order-management'], ['Dmitri', 'order-management'], ['Éva', 'crm']]) {
    const person = await open('/', name)
    await person.getByRole('heading', { name: 'Rooms' }).waitFor()
    await person.evaluate(name => fetch('/api/session', { method: 'PUT', body: JSON.stringify({ name }) }), name)
    await person.goto(`${server}/rooms/${room}`)
    await person.getByTestId('save-state').waitFor()
  }
  const page = await open('/', 'pictures')
  await page.getByRole('group', { name: '4 people are here now' }).waitFor()
  await look(page, 'rooms')
  await page.getByRole('button', { name: 'List' }).click()
  await page.mouse.move(0, 0)
  await look(page, 'rooms-list')
}

await scene.play(async () => {
  const page = await open(annasToken ? `/login?token=${annasToken}` : '/', 'anna')
  await everybodysWork(page)
  if (annasToken) {
    await membersWork(page)
    await linksWork(page)
  } else {
    await localWork(page)
  }
  await axe(page, 'the end')
  if (pictures && !annasToken) await takePictures()
  console.log(JSON.stringify({ faults }))
})
