// Puts a document that another Yjs server has stored (one update, as Y.encodeStateAsUpdate gives
// it) into a free room. It may be run again: an update that is there already changes nothing.
//
//   SERVER=ws://127.0.0.1:8000 node yjs-copy.mjs boards/thursday < thursday.bin
import { readFileSync } from 'node:fs'
import { WebSocket } from 'ws'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import * as Y from 'yjs'

const server = process.env.SERVER ?? 'ws://127.0.0.1:8000'
const document = new Y.Doc()
Y.applyUpdate(document, readFileSync(0))
const provider = new HocuspocusProvider({
  websocketProvider: new HocuspocusProviderWebsocket({ url: `${server}/hocuspocus`, WebSocketPolyfill: WebSocket }),
  name: process.argv[2],
  token: 'copy',
  document,
  onAuthenticationFailed: ({ reason }) => {
    console.log('not taken:', reason)
    process.exit(1)
  }
})
provider.attach()
await new Promise((resolve) => provider.on('synced', resolve))
while (provider.unsyncedChanges > 0) await new Promise((resolve) => setTimeout(resolve, 20))
console.log('stored:', [...document.share.keys()].join(', '))
process.exit()
