// A ShareDB client and a Yjs client in one document, each in its own way.
import { WebSocket } from 'ws'
import Client from 'sharedb/lib/client/index.js'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const server = process.env.SERVER ?? 'ws://127.0.0.1:8000'

// By Yjs: the free room `notes/tuesday`, whose document is the root map `model`.
const ydoc = new Y.Doc()
const provider = new WebsocketProvider(`${server}/yjs`, 'notes/tuesday', ydoc, { WebSocketPolyfill: WebSocket })
await new Promise((resolve) => provider.once('sync', resolve))
const text = new Y.Text('Hello')
ydoc.getMap('model').set('text', text)

// By ShareDB: the document `tuesday` of the collection `notes`.
const doc = new Client.Connection(new WebSocket(`${server}/sharedb`)).get('notes', 'tuesday')
doc.subscribe()
while (!doc.data?.text) await new Promise((resolve) => setTimeout(resolve, 20))
const ops = []
doc.on('op', (op, isMine) => { if (!isMine) ops.push(op) })
doc.submitOp([{ p: ['text', 5], si: ' wörld' }])

await new Promise((resolve) => text.observe(resolve))
text.insert(0, '👋 ')
while (ops.length === 0) await new Promise((resolve) => setTimeout(resolve, 20))
console.log(text.toString(), '=', doc.data.text)
console.log('as an op:', JSON.stringify(ops[0]))
process.exit()
