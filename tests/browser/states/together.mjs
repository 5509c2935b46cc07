// The states of working at once: a conflict, a refusal, no connection, no rights.
import { drag } from '../support.mjs'
import { canvas, element, inspector, panel, rest, saved, select, tab, type } from './room.mjs'

export async function conflict (gaze, room, anna, ben) {
  const [search] = await room.find(anna.page, 'TextField@1', props => props.label === 'Search')
  const label = page => inspector(page).getByRole('textbox', { name: /^Label/ }).first()
  for (const { page, line } of [anna, ben]) {
    await select(page, search)
    await tab(page, 'Properties')
    await label(page).waitFor()
    line.hold()
  }
  await type(anna.page, label(anna.page), 'Find an order')
  await type(ben.page, label(ben.page), 'Number of the order')
  for (const { page, line } of [anna, ben]) {
    line.release()
    await saved(page)
  }
  const asks = ({ page }) => page.getByRole('button', { name: /Keep mine/ }).first()
  const { page } = await Promise.any([anna, ben].map(one => asks(one).waitFor().then(() => one)))
  await rest(page)
  await gaze.at(page, 'conflict')
  await page.getByRole('button', { name: /Keep theirs/ }).first().click()
}

/** Each moves one card into the other: one of the two moves cannot be. */
export async function refusal (gaze, room, anna, ben) {
  const [page] = await room.find(anna.page, 'Page@1', props => props.path === '/customers')
  const row = (who, id) => who.getByRole('tree', { name: 'Layers' }).locator(`[data-key="${id}"]`)
  const cards = []
  for (const name of ['Card', 'Card']) {
    await select(anna.page, page)
    await panel(anna.page, 'Insert')
    await anna.page.getByRole('option', { name, exact: true }).first().click()
    await saved(anna.page)
  }
  cards.push(...await room.find(anna.page, 'Card@1', (props, node) => node.place?.[0] === page))
  const [first, second] = cards.slice(-2)
  for (const who of [anna, ben]) {
    await panel(who.page, 'Layers')
    await select(who.page, first)
    await select(who.page, second)
    await row(who.page, first).waitFor()
    who.line.hold()
  }
  await drag(anna.page, row(anna.page, first), row(anna.page, second))
  await drag(ben.page, row(ben.page, second), row(ben.page, first))
  for (const { line } of [anna, ben]) line.release()
  const told = await Promise.any([anna, ben].map(one => one.page.getByText('Your change was refused').first().waitFor().then(() => one.page)))
  await told.getByText('An element cannot stand inside itself').first().waitFor()
  await rest(told)
  await gaze.at(told, 'refusal')
  const review = told.getByRole('button', { name: /not accepted/ })
  await review.click()
  await gaze.at(told, 'refusal-list')
  await told.keyboard.press('Escape')
  await told.getByRole('button', { name: 'Dismiss', exact: true }).first().click()
  const choice = told.getByRole('button', { name: /Keep theirs/ }).first()
  if (await choice.count() > 0) await choice.click()
}

export async function offline (gaze, room, { page, line }) {
  const [heading] = await room.find(page, 'Heading@1', props => props.text === 'Orders')
  await select(page, heading)
  await line.cut()
  await page.getByTestId('save-state').getByText('Offline').waitFor()
  await type(page, inspector(page).getByRole('textbox', { name: /^Text/ }).first(), 'All orders')
  await rest(page)
  await gaze.at(page, 'offline')
  await page.getByRole('button', { name: /waiting/ }).click()
  await page.getByRole('region', { name: 'Waiting changes' }).waitFor()
  await gaze.at(page, 'offline-list')
  await page.keyboard.press('Escape')
  line.mend()
  // It tries by itself, too, and may be quicker.
  await Promise.any([page.getByRole('button', { name: 'Reconnect now' }).click(), saved(page)])
  await saved(page)
}

/** Somebody who may only look: every panel says so instead of failing. */
export async function readOnly (gaze, room, { page }) {
  await room.enter(page)
  const [heading] = await room.find(page, 'Heading@1', props => props.text === 'All orders')
  const [order] = await room.find(page, 'DataModel@1', props => props.name === 'Order')
  const [workflow] = await room.find(page, 'Workflow@1', props => props.name === 'processOrder')
  await select(page, heading)
  await element(page, heading).waitFor()
  await rest(page)
  await gaze.at(page, 'read-only')
  await panel(page, 'Insert')
  await gaze.at(page, 'read-only-palette')
  await panel(page, 'Data models')
  await select(page, order)
  await page.getByRole('grid', { name: 'Fields of Order' }).waitFor()
  await gaze.at(page, 'read-only-model')
  await select(page, workflow)
  await page.getByRole('region', { name: 'Workflow' }).waitFor()
  await gaze.at(page, 'read-only-workflow')
}

/** A room with nothing in it teaches the next step, and so does the tour. */
export async function beginning (gaze, room, { page }) {
  await room.enter(page, 'empty')
  await canvas(page).getByText('No page yet').waitFor()
  for (const name of ['Insert', 'Pages', 'Layers', 'Data models', 'Workflows']) {
    await panel(page, name)
    await gaze.at(page, `empty-${name.toLowerCase().replace(' ', '-')}`)
  }
  await page.getByRole('button', { name: 'Take the tour' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Next', exact: true }).click()
  await gaze.at(page, 'tour')
  await page.keyboard.press('Escape')
  await panel(page, 'Pages')
  await page.getByRole('button', { name: 'Add page', exact: true }).click()
  await page.getByRole('textbox', { name: /^Name of/ }).press('Enter')
  await rest(page)
  await gaze.at(page, 'empty-page')
}
