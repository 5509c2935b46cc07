// An application with a thousand of what other rooms have ten of, and how its lists stand that.
import { foot, inspector, panel, saved, select, until } from './room.mjs'

const range = count => Array.from({ length: count }, (_, index) => index + 1)
const digits = (number, length = 3) => String(number).padStart(length, '0')

/** How many of each there are. */
export const LAYERS = 1_000
export const PAGES = 100
export const MODELS = 200
export const FIELDS = 300
export const STEPS = 200

const TYPES = [{ type: 'Text' }, { type: 'Integer' }, { type: 'Boolean' }, { type: 'Enum', values: ['draft', 'größer 😀'] }, { type: 'Reference', model: 'Model002' }]

/** The application: `content` of an import. */
export function largeApplication () {
  const layers = range(LAYERS).map(index => ({ component: 'Text@1', props: { text: `Text ${digits(index, 4)}` } }))
  const pages = range(PAGES).map(index => ({ name: `Page ${digits(index)}`, path: `/page-${index}`, children: index === 1 ? [{ component: 'Stack@1', props: {}, children: layers }] : [] }))
  const fields = range(FIELDS).map(index => ({ name: `field${digits(index)}`, ...TYPES[index % TYPES.length] }))
  const dataModels = range(MODELS).map(index => ({ name: `Model${digits(index)}`, fields: index === 1 ? fields : [{ name: 'name', type: 'Text' }] }))
  const steps = range(STEPS).map(index => ({ name: `step${digits(index)}`, type: 'emitEvent', event: `event.${index}` }))
  return {
    application: {
      id: 'large', version: '1.0', name: 'Größtes Lager 😀', pages, dataModels,
      workflows: [{ name: 'stockTaking', version: '1.0', trigger: { type: 'manual' }, steps }]
    }
  }
}

/** More rows than these are never in the page at once, on a screen of 800 pixels. */
const DRAWN_MAX = 60

/** Opens each of the large views, and goes by keyboard to the last of what is in it. */
export async function large (gaze, room, { page }) {
  const answer = await page.request.post(`${room.server}/api/rooms/large/import?create=true`, { data: largeApplication() })
  if (!answer.ok()) throw new Error(`the large room was not made: ${await answer.text()}`)
  await room.enter(page, 'large')
  const { nodes } = (await (await page.request.get(`${room.server}/api/rooms/large/model`)).json()).model
  const named = (type, name) => Object.keys(nodes).find(id => nodes[id].type === type && (nodes[id].props.name ?? nodes[id].props.text) === name)

  /** The rows are few, the key leads to the last of them, and that is in sight. */
  const reaches = async (name, rows, last, key = 'End') => {
    await rows.first().waitFor()
    await gaze.at(page, name)
    await page.keyboard.press(key)
    await last.waitFor()
    const isSeen = () => last.evaluate(one => {
      const { top, bottom } = one.getBoundingClientRect()
      const middle = document.elementFromPoint(one.getBoundingClientRect().left + 20, (top + bottom) / 2)
      return middle !== null && (one.contains(middle) || middle.contains(one))
    })
    await until(isSeen, `${name}: its last one to be in sight`)
    const drawn = await rows.count()
    if (drawn > DRAWN_MAX) throw new Error(`${name}: ${drawn} rows are drawn`)
  }

  const tree = page.getByRole('tree', { name: 'Layers' })
  await panel(page, 'Layers')
  await select(page, named('Text@1', 'Text 0001'))
  await tree.focus()
  await reaches('large-layers', tree.getByRole('treeitem'), tree.getByRole('treeitem').last())
  await select(page, named('Text@1', 'Text 1000'))
  await tree.locator(`[data-key="${named('Text@1', 'Text 1000')}"][aria-posinset="${LAYERS}"]`).waitFor()

  const pages = page.getByRole('tree', { name: 'Pages' })
  await select(page, named('Page@1', 'Page 002'))
  await panel(page, 'Pages')
  await pages.focus()
  await reaches('large-pages', pages.getByRole('treeitem'), pages.getByRole('treeitem', { name: 'Page 100' }))

  const models = page.getByRole('list', { name: 'Data models' })
  await panel(page, 'Data models')
  await models.getByRole('button', { name: /^Model001/ }).click()
  await reaches('large-models', models.getByRole('listitem'), models.getByRole('button', { name: /^Model200/ }))
  await page.getByRole('searchbox', { name: 'Find a data model' }).fill('Model15')
  await until(async () => await models.getByRole('listitem').count() === 10, 'what is found among the models')

  const grid = page.getByRole('grid', { name: 'Fields of Model001' })
  await grid.getByRole('rowheader', { name: 'field001' }).click()
  const field = grid.getByRole('rowheader', { name: `field${FIELDS}` })
  await reaches('large-fields', grid.locator('[data-row]'), grid.getByRole('textbox', { name: 'Add field' }), 'Control+End')
  await page.keyboard.press('ArrowUp')
  await until(() => field.evaluate(one => one === document.activeElement), 'the last field to have the focus')
  await inspector(page).getByRole('textbox', { name: /^Name/ }).waitFor()

  const steps = page.locator('[data-step]')
  await select(page, named('Workflow@1', 'stockTaking'))
  await page.getByRole('region', { name: 'Workflow' }).getByRole('button', { name: /^step001/ }).click()
  await reaches('large-workflow', steps, page.getByRole('button', { name: new RegExp(`^step${STEPS}`) }))
  await page.keyboard.press('Alt+ArrowUp')
  await saved(page)
  await foot(page, 'History')
  await page.getByRole('tree', { name: 'Changes, newest first' }).getByRole('treeitem').first().waitFor()
  await page.getByRole('button', { name: 'Close the bottom panel' }).click()
}
