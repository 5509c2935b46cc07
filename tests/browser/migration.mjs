// A change of the design that would lose data, in the preview's data panel.
//
//   node migration.mjs SERVER ROOM PICTURES
//
// Makes sample data and says that it is ready; the Python test that started it then deletes a field.
// What would be lost is shown, kept, given up, and the data made anew. Prints what was seen.
import { launch, Scene } from './support.mjs'

const [server, room, pictures] = process.argv.slice(2)
const scene = new Scene(await launch(), server, pictures)

await scene.play(async () => {
  const page = await scene.open(`/preview/${room}/#/customers`, 'anna', { locale: 'en-IE' })
  await page.getByRole('button', { name: 'Data', exact: true }).click()
  const panel = page.getByRole('complementary', { name: 'Data' })
  const count = model => panel.getByRole('row', { name: new RegExp(`^${model}\\b`) }).getByRole('cell').last()
  await count('Customer').getByText('0', { exact: true }).waitFor()

  const generate = async () => {
    await panel.getByRole('spinbutton', { name: 'Records of each model' }).fill('4')
    await panel.getByRole('spinbutton', { name: 'Seed' }).fill('7')
    await panel.getByRole('button', { name: 'Generate' }).click()
    await count('Customer').getByText('4', { exact: true }).waitFor()
  }
  const names = async () => (await page.getByRole('main').getByRole('row').allInnerTexts()).slice(1)
  await generate()
  await page.getByRole('main').getByText(/@/).first().waitFor()
  const [address] = await page.getByRole('main').getByText(/@/).allInnerTexts()
  const before = await names()
  console.log(JSON.stringify({ ready: true }))

  // The field is gone from the design; its values wait for somebody who agrees.
  const waiting = panel.getByRole('region', { name: 'Waiting for a decision' })
  await waiting.waitFor()
  const told = await waiting.innerText()
  await scene.look(page, 'preview-pending')

  // Whoever says no changes nothing.
  const question = page.getByRole('alertdialog')
  await waiting.getByRole('button', { name: 'Confirm…' }).click()
  await scene.axe(page, 'question')
  await question.getByRole('button', { name: 'No', exact: true }).click()
  await question.waitFor({ state: 'detached' })
  await waiting.waitFor()

  await waiting.getByRole('button', { name: 'Confirm…' }).click()
  await question.getByRole('button', { name: 'Yes' }).click()
  await waiting.waitFor({ state: 'detached' })
  await page.getByRole('main').getByText(address).waitFor({ state: 'detached' })
  const kept = await names()

  // Started over, the same seed makes the same data each time, without the field.
  const again = []
  for (let time = 0; time < 2; time++) {
    await panel.getByRole('button', { name: /^Delete all records/ }).click()
    await question.getByRole('button', { name: 'Yes' }).click()
    await count('Customer').getByText('0', { exact: true }).waitFor()
    await page.getByRole('main').getByText('No records yet').waitFor()
    await generate()
    await page.getByRole('main').getByRole('row').nth(4).waitFor()
    again.push(await names())
  }
  await scene.look(page, 'preview-migrated')
  console.log(JSON.stringify({ told, address, before, kept, again, faults: scene.faults }))
})
