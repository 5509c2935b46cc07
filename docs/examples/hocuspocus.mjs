// A Hocuspocus provider that knows when the server has stored what it wrote, and what was refused.
import { WebSocket } from 'ws' // Node 20 has none of its own; in a browser leave out both mentions.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import * as Y from 'yjs'

const server = process.env.SERVER ?? 'ws://127.0.0.1:8000'
const document = new Y.Doc()
const provider = new HocuspocusProvider({
  websocketProvider: new HocuspocusProviderWebsocket({ url: `${server}/hocuspocus`, WebSocketPolyfill: WebSocket }),
  name: 'boards/wednesday',
  token: 'zoë',
  document,
  onStateless: ({ payload }) => {
    const message = JSON.parse(payload)
    if (message.type === 'refused') console.log('refused:', message.code, message.reason)
  }
})
provider.attach()
await new Promise((resolve) => provider.on('synced', resolve))

const model = document.getMap('model')
model.set('title', new Y.Text('Mittwoch ☕'))
await stored()
console.log('on disk:', JSON.stringify(model))

// No document holds infinity: it is taken back everywhere, here too, and the next edit is good.
model.set('price', Infinity)
await stored()
model.set('price', 3.5)
await stored()
console.log('on disk:', JSON.stringify(model))
process.exit()

/** Wait until everything that was written is on the server's disk. */
async function stored () {
  while (provider.unsyncedChanges > 0) await new Promise((resolve) => setTimeout(resolve, 20))
}
