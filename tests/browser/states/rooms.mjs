// The states of the page of rooms: full, searched, its dialogs, its trash, and what went wrong.
import { dialog, escape } from './room.mjs'

const LONG_TITLE = 'Wareneingangsprüfung und Rücksendungen Süddeutschland 2026/27'
const RIGHT_TO_LEFT = 'إدارة الطلبات والعملاء'

export async function rooms (gaze, room, page) {
  const { server } = room
  await page.goto(`${server}/`)
  await page.getByText('No rooms yet').waitFor()
  await gaze.at(page, 'rooms-none')

  await room.make(page, room.name, 'Order management', 'order-management')
  await room.make(page, 'claims', LONG_TITLE, 'insurance-claims')
  await room.make(page, 'inventory', RIGHT_TO_LEFT, 'inventory-count')
  await room.make(page, 'empty', 'A first try')
  await room.make(page, 'old', 'Prototype of last year')
  await page.reload()
  await page.getByRole('link', { name: 'Order management' }).waitFor()
  await page.waitForLoadState('networkidle')
  await gaze.at(page, 'rooms')

  const search = page.getByRole('textbox', { name: 'Search the rooms' })
  await search.fill('nowhere')
  await page.getByText('No room is called that').waitFor()
  await gaze.at(page, 'rooms-nothing-found')
  await search.fill('')
  await page.getByRole('button', { name: 'List' }).click()
  await page.getByRole('table', { name: 'Rooms' }).waitFor()
  await page.mouse.move(640, 790)
  await gaze.at(page, 'rooms-list')
  await page.getByRole('button', { name: 'Cards' }).click()

  await page.getByRole('button', { name: 'More about Order management' }).click()
  await page.getByRole('menuitem', { name: 'Members…' }).waitFor()
  await gaze.at(page, 'rooms-menu')
  await page.getByRole('menuitem', { name: 'Members…' }).click()
  await dialog(page, /^Members of/).getByRole('row', { name: /anna/ }).waitFor()
  await gaze.at(page, 'rooms-members')
  await escape(page)

  await newRoom(gaze, page)
  await importing(gaze, page)

  await page.getByRole('button', { name: 'More about Prototype of last year' }).click()
  await page.getByRole('menu', { name: 'More about Prototype of last year' }).getByRole('menuitem', { name: /^Delete/ }).click()
  await page.getByRole('status').filter({ hasText: 'is in the trash' }).waitFor()
  await gaze.at(page, 'rooms-deleted')
  await page.getByRole('link', { name: 'Trash' }).click()
  await page.getByRole('row', { name: /Prototype of last year/ }).waitFor()
  await page.mouse.move(640, 790)
  await gaze.at(page, 'rooms-trash')

  await page.route('**/api/rooms', route => route.fulfill({ status: 503, json: { code: 'server_busy', text: 'The server is busy.' } }))
  await page.goto(`${server}/#`)
  await page.reload()
  await page.getByText('The rooms could not be loaded').waitFor()
  await gaze.at(page, 'rooms-error')
  await page.unroute('**/api/rooms')
  await page.goto(`${server}/rooms/no-such-room`)
  await page.getByText('There is no room called no-such-room').waitFor()
  await gaze.at(page, 'room-missing')
}

async function newRoom (gaze, page) {
  await page.getByRole('button', { name: 'New room' }).first().click()
  const form = dialog(page, 'New room')
  await form.getByRole('radio', { name: /inventory/i }).waitFor({ state: 'attached' })
  await gaze.at(page, 'new-room')
  await form.getByRole('radio', { name: /inventory/i }).check({ force: true })
  await form.getByRole('textbox', { name: 'Name' }).fill('not a name')
  await form.getByRole('button', { name: 'Create room' }).click()
  await gaze.at(page, 'new-room-template')
  await escape(page)
}

async function importing (gaze, page) {
  await page.getByRole('button', { name: 'Import file' }).click()
  const form = dialog(page, 'Import file')
  await form.getByRole('button', { name: 'Import' }).click()
  await gaze.at(page, 'import')
  await page.locator('input[type=file]').setInputFiles({ name: 'shop.json', mimeType: 'application/json', buffer: Buffer.from('{"application": {"id": "shop", "pages": [{"name": 7}]}}') })
  await form.getByRole('button', { name: 'Import' }).click()
  await form.getByRole('alert').waitFor()
  await gaze.at(page, 'import-refused')
  await escape(page)
}
