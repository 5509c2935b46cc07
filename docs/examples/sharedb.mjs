// Two ShareDB clients edit one document of Design Rooms.
import { WebSocket } from 'ws' // Node 20 has none of its own; in a browser leave it out.
import Client from 'sharedb/lib/client/index.js'

const server = process.env.SERVER ?? 'ws://127.0.0.1:8000'
const open = () => new Client.Connection(new WebSocket(`${server}/sharedb?token=zoë`)).get('notes', 'monday')
const call = (doc, method, ...args) => new Promise((resolve, reject) => {
  doc[method](...args, (error) => error ? reject(error) : resolve())
})

const mine = open()
const yours = open()
await call(mine, 'fetch')
if (!mine.type) await call(mine, 'create', { title: 'Größe', items: [] })
await call(yours, 'subscribe')

const seen = new Promise((resolve) => yours.once('op', resolve))
await call(mine, 'submitOp', [{ p: ['items', 0], li: 'buy tea 🍵' }]) // On the server's disk now.
console.log('you see', JSON.stringify(await seen))
console.log(JSON.stringify(yours.data), 'at revision', yours.version)
process.exit()
