// Two y-websocket clients edit one document of Design Rooms, and see each other.
import { WebSocket } from 'ws' // Node 20 has none of its own; in a browser leave out both mentions.
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const server = process.env.SERVER ?? 'ws://127.0.0.1:8000'
const open = (token) => new WebsocketProvider(`${server}/yjs`, 'boards/größe', new Y.Doc(), {
  WebSocketPolyfill: WebSocket, disableBc: true, params: { token }
})
const [mine, yours] = [open('zoë'), open('åse')]
await Promise.all([mine, yours].map((provider) => new Promise((resolve) => provider.once('sync', resolve))))

mine.awareness.setLocalState({ user: { name: 'Zoë' } })
mine.doc.getMap('model').set('cards', Y.Array.from(['📌 first card']))

const cards = () => yours.doc.getMap('model').get('cards')
const names = () => [...yours.awareness.getStates().values()].map(({ user }) => user?.name).filter(Boolean)
while (!cards() || !names().length) await new Promise((resolve) => setTimeout(resolve, 20))
console.log('you see', JSON.stringify(cards()), 'by', names().join())
process.exit()
