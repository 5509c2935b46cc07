// Somebody who may edit and somebody who may look, in a designer and in the preview.
//
//   ANNA=token BEN=token node identity.mjs SERVER ROOM
//
// Anna (editor) and Ben (viewer) sign in; Anna's token is revoked while she works. Prints what they saw.
import { launch, PATIENCE_MS, Scene } from './support.mjs'

const [server, room] = process.argv.slice(2)

const scene = new Scene(await launch(), server)
const { browser, faults } = scene

async function signIn (who, token) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
  context.setDefaultTimeout(PATIENCE_MS)
  const page = await context.newPage()
  page.on('pageerror', error => faults.push(`${who}: ${error.message}`))
  // Without a session the room's page leads to the sign-in.
  await page.goto(`${server}/rooms/${room}`)
  await page.waitForURL(/\/login/)
  await page.goto(`${server}/login?token=${token}&next=/rooms/${room}`)
  await page.waitForURL(new RegExp(`/rooms/${room}$`))
  const cookies = await context.cookies()
  if (cookies.some(cookie => !cookie.httpOnly || cookie.sameSite === 'None')) faults.push(`${who}: a cookie that scripts or other sites may use`)
  return page
}

async function preview (page) {
  const shown = await page.context().newPage()
  shown.on('pageerror', error => faults.push(`preview: ${error.message}`))
  await shown.goto(`${server}/preview/${room}/#/customers`)
  await shown.getByRole('heading', { name: 'Customers', level: 1 }).waitFor()
  return shown
}

await scene.play(async () => {
  const anna = await signIn('anna', process.env.ANNA)
  const ben = await signIn('ben', process.env.BEN)
  await anna.getByTestId('save-state').getByText('Saved').waitFor()
  await ben.getByText(/Read-only/).first().waitFor()

  const hers = await preview(anna)
  await hers.getByRole('button', { name: 'Add row' }).click()
  const row = hers.locator('.app-table-new')
  await row.getByRole('textbox', { name: 'Name' }).fill('Zoë')
  await row.getByRole('textbox', { name: 'Email' }).fill('zoe@example.com')
  await row.getByRole('button', { name: 'Save row' }).click()
  await hers.getByRole('row', { name: /Zoë/ }).waitFor()

  // He sees the record, and nothing to change it with.
  const his = await preview(ben)
  await his.getByRole('row', { name: /Zoë/ }).waitFor()
  const buttons = await his.getByRole('main').getByRole('button').allInnerTexts()

  // What his page's token can do by itself: a write, and another room.
  const tries = await his.evaluate(async room => {
    const token = document.querySelector('meta[name="preview-token"]').content
    const ask = async (path, options = {}) => {
      try {
        const answer = await fetch(path, { ...options, headers: { 'x-preview-token': token, 'content-type': 'application/json' } })
        return answer.status
      } catch {
        return 'blocked'
      }
    }
    return {
      read: await ask(`/preview/${room}/api/Customer`),
      write: await ask(`/preview/${room}/api/Customer`, { method: 'POST', body: JSON.stringify({ name: 'Ümit', email: 'u@example.com', tier: 'gold' }) }),
      otherRoom: await ask('/preview/other/api/Customer'),
      designer: await ask('/api/rooms')
    }
  }, room)

  // Her token is revoked: her designer says so and keeps what she typed.
  const status = await anna.evaluate(async () => {
    const answer = await fetch('/api/tokens/revoke', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' })
    return answer.status
  })
  await anna.getByText(/Your session has ended/).waitFor()
  console.log(JSON.stringify({ buttons, tries, status, faults }))
})
