// A room of a template: its sample records are on the canvas and in the preview.
//
//   node template.mjs SERVER ROOM
//
// Prints one JSON object with the first figure of the claims' overview, as each shows it.
import { launch, Scene } from './support.mjs'

const [server, room] = process.argv.slice(2)
const scene = new Scene(await launch(), server)

await scene.play(async () => {
  const page = await scene.open('/', 'anna')
  await page.getByRole('button', { name: /New room|Make the first room/ }).first().click()
  const dialog = page.getByRole('dialog', { name: 'New room' })
  await dialog.getByText('Insurance claims intake', { exact: true }).click()
  await scene.look(page, 'rooms-new')
  await dialog.getByRole('textbox', { name: 'Name' }).fill(room)
  await dialog.getByRole('button', { name: 'Create room' }).click()
  await page.waitForURL(/\/rooms\//)
  const figure = scope => scope.locator('.app-metric', { hasText: 'To assess' }).locator('.app-metric-value')
  const canvas = figure(page.getByRole('region', { name: 'Canvas' }))
  await canvas.getByText(/\d/).waitFor()

  // The tour leads through the desk and ends where it began.
  await page.getByRole('button', { name: 'Take the tour' }).click()
  for (const next of ['Next', 'Next', 'Next', 'Next', 'Next', 'Done']) await page.getByRole('dialog').getByRole('button', { name: next, exact: true }).click()
  await page.getByRole('dialog').waitFor({ state: 'detached' })

  const preview = await scene.open(`/preview/${room}/#/`, 'preview')
  await figure(preview).getByText(/\d/).waitFor()
  console.log(JSON.stringify({ canvas: await canvas.innerText(), preview: await figure(preview).innerText(), faults: scene.faults }))
})
