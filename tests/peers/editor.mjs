// One unmodified npm client under the control of a Python test: JSON lines in, JSON lines out.
//
//   node editor.mjs y-websocket  ws://127.0.0.1:PORT/yjs   ROOM  [clientID [token]]
//   node editor.mjs hocuspocus   ws://127.0.0.1:PORT/hocuspocus  ROOM  [clientID [token]]
//
// Commands: {"do": "set", "path": [...], "value": …}, {"do": "text", "path": [...], "at", "insert"},
// {"do": "node", "id", "type", "place", "props"}, {"do": "awareness", "state"}, {"do": "state"},
// {"do": "delta", "ops"} and {"do": "shown"} (the root text "text"),
// {"do": "disconnect"}, {"do": "connect"}, {"do": "quit"}. Each is answered by one line; besides,
// {"event": …} lines tell of synced, unsynced, stateless, awareness and close.
import * as readline from 'node:readline'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { WebsocketProvider } from 'y-websocket'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'

const [kind, url, room, clientId, token] = process.argv.slice(2)
const doc = new Y.Doc()
if (clientId) doc.clientID = Number(clientId)

const say = message => process.stdout.write(JSON.stringify(message) + '\n')
const tell = (event, content = {}) => say({ event, ...content })

function openYWebsocket () {
  const provider = new WebsocketProvider(url, room, doc, { WebSocketPolyfill: WebSocket, disableBc: true, params: token ? { token } : {} })
  provider.on('sync', isSynced => { if (isSynced) tell('synced') })
  provider.on('connection-close', event => tell('close', { code: event?.code, reason: String(event?.reason ?? '') }))
  provider.awareness.on('change', ({ added, updated, removed }) => tell('awareness', { added, updated, removed }))
  return {
    awareness: provider.awareness,
    connect: () => provider.connect(),
    disconnect: () => provider.disconnect(),
    destroy: () => provider.destroy(),
    status: () => ({ synced: provider.synced })
  }
}

function openHocuspocus () {
  const websocketProvider = new HocuspocusProviderWebsocket({ url, WebSocketPolyfill: WebSocket, delay: 50, minDelay: 50, maxDelay: 200, jitter: false })
  const provider = new HocuspocusProvider({
    websocketProvider,
    name: room,
    document: doc,
    token: token || 'tester',
    onAuthenticated: ({ scope }) => tell('authenticated', { scope }),
    onSynced: () => tell('synced'),
    onUnsyncedChanges: ({ number }) => tell('unsynced', { number }),
    onStateless: ({ payload }) => tell('stateless', { payload: JSON.parse(payload) }),
    onAuthenticationFailed: ({ reason }) => tell('denied', { reason }),
    onClose: ({ event }) => tell('close', { code: event?.code, reason: String(event?.reason ?? '') })
  })
  provider.attach()
  provider.awareness.on('change', ({ added, updated, removed }) => tell('awareness', { added, updated, removed }))
  return {
    awareness: provider.awareness,
    connect: () => websocketProvider.connect(),
    disconnect: () => websocketProvider.disconnect(),
    destroy: () => { provider.destroy(); websocketProvider.destroy() },
    status: () => ({ synced: provider.isSynced, unsynced: provider.unsyncedChanges })
  }
}

const client = kind === 'hocuspocus' ? openHocuspocus() : openYWebsocket()

function find (path) {
  let value = doc.getMap(path[0])
  for (const key of path.slice(1)) value = value.get(key)
  return value
}

function shared (value) {
  if (value && typeof value === 'object' && '$map' in value) {
    return new Y.Map(Object.entries(value.$map).map(([key, item]) => [key, shared(item)]))
  }
  if (value && typeof value === 'object' && '$array' in value) return Y.Array.from(value.$array.map(shared))
  if (value && typeof value === 'object' && '$text' in value) return new Y.Text(value.$text)
  return value
}

function state () {
  const roots = {}
  for (const name of ['application', 'nodes', 'model']) {
    if (doc.share.has(name)) roots[name] = doc.getMap(name).toJSON()
  }
  const awareness = Object.fromEntries(client.awareness.getStates())
  return { roots, awareness, ...client.status(), clientID: doc.clientID }
}

const commands = {
  set: ({ path, value }) => find(path.slice(0, -1)).set(path.at(-1), shared(value)),
  delete: ({ path }) => find(path.slice(0, -1)).delete(path.at(-1)),
  text: ({ path, at, insert }) => find(path).insert(at, insert),
  cut: ({ path, at, count }) => find(path).delete(at, count),
  node: ({ id, type, place, props }) => doc.transact(() => doc.getMap('nodes').set(id, shared({ $map: { type, place, props: { $map: props } } }))),
  // The root text, as y-quill binds it.
  delta: ({ ops }) => doc.getText('text').applyDelta(ops),
  shown: () => doc.getText('text').toDelta(),
  awareness: ({ state }) => client.awareness.setLocalState(state),
  connect: () => client.connect(),
  disconnect: () => client.disconnect(),
  state: () => state(),
  quit: () => { client.destroy(); setTimeout(() => process.exit(0), 50) }
}
for (const name of ['application', 'nodes', 'model']) doc.getMap(name)

readline.createInterface({ input: process.stdin }).on('line', line => {
  const command = JSON.parse(line)
  try {
    say({ answer: commands[command.do](command) ?? null })
  } catch (error) {
    say({ answer: null, error: String(error) })
  }
}).on('close', () => process.exit(0))
