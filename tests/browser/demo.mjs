// Rooms for the pictures in the documentation: a dozen small applications, each unlike the others.
import { readFile } from 'node:fs/promises'

const sample = async name => JSON.parse(await readFile(new URL(`../../samples/${name}.json`, import.meta.url)))

const part = (component, props = {}, ...children) => ({
  component: `${component}@1`, props, ...(children.length > 0 && { children })
})

const page = (name, ...children) => ({ application: { id: 'demo', name, pages: [{ name, path: '/', children }] } })

const contact = name => part('Card', { title: name }, part('Text', { text: 'Kontakt' }), part('Badge', { text: 'gold' }))

const columns = (...titles) => titles.map(title => ({ field: 'id', title, ...(title === 'State' && { as: 'Badge' }) }))

function small () {
  return {
    contacts: page('Customer relations',
      part('Heading', { text: 'Contacts', level: 1 }),
      part('Grid', { columns: 3 }, contact('Ännchen Müller'), contact('Борис'), contact('Zoë')),
      part('List', {}, part('Text', { text: 'é' }))),
    survey: page('Survey',
      part('Heading', { text: 'How was it?', level: 1 }),
      part('Form', { submitLabel: 'Send' },
        part('TextField', { label: 'Your name' }), part('Select', { label: 'Overall' }),
        part('TextArea', { label: 'What should change?' }), part('Checkbox', { label: 'You may ask me back' }))),
    board: page('Board',
      part('Grid', { columns: 4 }, ...['Revenue', 'Orders', 'Returns', 'Open'].map(label => part('Metric', { label, value: 1 }))),
      part('Grid', { columns: [2, 1] }, part('Chart', { title: 'Per month', kind: 'bar' }), part('Chart', { title: 'Trend', kind: 'line' })),
      part('Table', { columns: columns('Region', 'Amount', 'State') })),
    unfinished: page('Warehouse', part('Heading', { text: 'Inventory', level: 1 }), part('Größenwahl'), part('Button', { label: 'Count', variant: 'primary' })),
    tabs: page('Settings',
      part('Heading', { text: 'Settings', level: 1 }),
      part('Tabs', { labels: ['General', 'Billing', 'Team'] },
        part('Stack', {}, part('TextField', { label: 'Company' }), part('Switch', { label: 'Notify me' })), part('Stack'), part('Stack'))),
    arabic: page('لوحة', part('Heading', { text: 'لوحة الطلبات', level: 1 }), part('Table', { columns: columns('رقم', 'العميل') }))
  }
}

/** Returns `[name, title, model]` of each room; what comes last was changed last. */
export async function demoRooms () {
  const orders = await sample('order-management')
  const beginning = index => {
    const model = structuredClone(orders)
    const pages = model.application.pages
    pages.unshift(...pages.splice(index, 1))
    return model
  }
  const models = structuredClone(orders)
  models.application.pages = []
  const { contacts, survey, board, unfinished, tabs, arabic } = small()
  return [
    ['blank', 'Blank sheet', null],
    ['erp', 'Models of the ERP', models],
    ['warehouse', 'Warehouse', unfinished],
    ['customers', 'Customers', beginning(2)],
    ['arabic', 'لوحة الطلبات', arabic],
    ['tenant-settings', 'Tenant settings', tabs],
    ['a-very-long-name-of-a-room-that-goes-on-and-on-until-sixty-chars', 'A title of sixty characters, which has to fit somewhere too', beginning(1)],
    ['dashboard', 'Dashboard', beginning(3)],
    ['board-2026', 'Board 2026', board],
    ['survey', 'Survey', survey],
    ['crm', 'Customer relations', contacts],
    ['order-management', 'Order management', orders]
  ]
}
