// From a keystroke in one browser's designer to the pixels of another browser's preview.
//
//   node visible.mjs SERVER ROOM EDITS
//
// Both pages run on this machine, so one clock times both. Prints the delays in milliseconds as JSON.
import { chromium } from 'playwright-core'

const [server, room, edits] = process.argv.slice(2)
const patience = 20_000

const launch = () => chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox', '--disable-quic', '--disable-background-networking',
    '--disable-component-update', '--disable-sync'
  ]
})

async function open (browser, path) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.setDefaultTimeout(patience)
  await page.goto(`${server}${path}`)
  return page
}

const [mine, theirs] = await Promise.all([launch(), launch()])
try {
  const designer = await open(mine, `/rooms/${room}`)
  const preview = await open(theirs, `/preview/${room}/#/orders`)
  await designer.getByTestId('save-state').getByText('Saved').waitFor()
  await preview.getByRole('heading', { name: 'Orders', level: 1 }).waitFor()
  await designer.getByRole('treeitem', { name: /^Orders\b/ }).first().click()
  await designer.getByRole('region', { name: 'Canvas' }).getByText('New order').first().click()
  const label = designer.getByRole('region', { name: 'Inspector' }).getByRole('textbox', { name: /^Label/ }).first()
  await label.waitFor()

  // Says when a text was first on the screen: after the frame that painted it.
  await preview.evaluate(() => {
    window.seenAt = new Map()
    const look = () => {
      for (const button of document.querySelectorAll('button')) {
        const text = button.textContent.trim()
        if (!window.seenAt.has(text)) {
          requestAnimationFrame(() => {
            const { port1, port2 } = new MessageChannel()
            port1.onmessage = () => window.seenAt.has(text) || window.seenAt.set(text, performance.timeOrigin + performance.now())
            port2.postMessage(null)
          })
        }
      }
    }
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true })
    look()
  })
  await label.evaluate(input => input.addEventListener('input', () => {
    window.typedAt = performance.timeOrigin + performance.now()
  }))

  const delays = []
  for (let index = 0; index < Number(edits) + 5; index += 1) {
    const text = `Größe ${index}`
    await label.fill(text)
    await label.press('Enter')
    const typedAt = await designer.evaluate(() => window.typedAt)
    const seenAt = await preview.waitForFunction(text => window.seenAt.get(text), text, { polling: 5 })
    // The first few warm both browsers up.
    if (index >= 5) delays.push(await seenAt.jsonValue() - typedAt)
  }
  console.log(JSON.stringify(delays))
} finally {
  await Promise.all([mine.close(), theirs.close()])
}
