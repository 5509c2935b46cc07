// An unmodified npm client on a leash: commands come in as JSON lines, what happens goes out as JSON
// lines. `node client.mjs y-websocket|hocuspocus URL`. Called by the tests that hold the server's
// adapters against the real clients.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const [kind, url] = process.argv.slice(2)
const say = (event) => process.stdout.write(JSON.stringify(event) + '\n')
const sockets = new Set()

/** Lets the driver break the connection as a network would. */
class TrackedSocket extends WebSocket {
  constructor (...args) {
    super(...args)
    sockets.add(this)
    this.on('close', () => sockets.delete(this))
  }
}

const watch = (doc, room) => {
  doc.getMap('m').observe((change) => {
    for (const key of change.keysChanged) say({ event: 'value', room, key, value: doc.getMap('m').get(key) })
  })
  return doc
}

const openYWebsocket = (room) => {
  const doc = watch(new Y.Doc(), room)
  const provider = new WebsocketProvider(url, room, doc, {
    WebSocketPolyfill: TrackedSocket, disableBc: true
  })
  provider.on('sync', (state) => say({ event: 'synced', room, state }))
  provider.on('closed', ({ code, reason }) => say({ event: 'closed', room, code, reason }))
  provider.on('status', ({ status }) => say({ event: 'status', room, status }))
  provider.awareness.on('change', () => say({ event: 'awareness', room, count: provider.awareness.getStates().size }))
  return { doc, provider, unsynced: () => null }
}

const websocketProvider = kind === 'hocuspocus' && new HocuspocusProviderWebsocket({
  url, WebSocketPolyfill: TrackedSocket, delay: 10, minDelay: 10, maxDelay: 50, jitter: false
})

const openHocuspocus = (room, token) => {
  const doc = watch(new Y.Doc(), room)
  const provider = new HocuspocusProvider({
    websocketProvider,
    name: room,
    document: doc,
    token,
    onAuthenticated: ({ scope }) => say({ event: 'authenticated', room, scope }),
    onAuthenticationFailed: ({ reason }) => say({ event: 'denied', room, reason }),
    onSynced: ({ state }) => say({ event: 'synced', room, state }),
    onUnsyncedChanges: ({ number }) => say({ event: 'unsynced', room, number }),
    onStateless: ({ payload }) => say({ event: 'stateless', room, payload: JSON.parse(payload) }),
    onClose: ({ event }) => say({ event: 'closed', room, code: event.code, reason: event.reason }),
    onDisconnect: () => say({ event: 'status', room, status: 'disconnected' })
  })
  provider.attach()
  return { doc, provider, unsynced: () => provider.unsyncedChanges }
}

const rooms = new Map()
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line)
  const room = rooms.get(command.room)
  if (command.do === 'open') {
    const open = kind === 'hocuspocus' ? openHocuspocus : openYWebsocket
    rooms.set(command.room, open(command.room, command.token ?? ''))
  } else if (command.do === 'set') {
    room.doc.getMap('m').set(command.key, command.value)
  } else if (command.do === 'ask') {
    say({ event: 'answer', room: command.room, unsynced: room.unsynced(), values: room.doc.getMap('m').toJSON() })
  } else if (command.do === 'break') {
    sockets.forEach((socket) => socket.terminate())
  } else if (command.do === 'break and set') {
    // The edits are made in the same turn, so that no reconnect can come between.
    sockets.forEach((socket) => socket.terminate())
    await new Promise((resolve) => setImmediate(resolve))
    for (const [key, value] of Object.entries(command.values)) room.doc.getMap('m').set(key, value)
  }
}
process.exit(0)
