// An unmodified ShareDB client on a leash: commands come in as JSON lines, what happens goes out as
// JSON lines. `node sharedb_client.mjs PACKAGE URL`, where PACKAGE is sharedb, sharedb-6 or
// sharedb-5. Called by the tests that hold the server's adapter against the real clients.
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

const [name, url] = process.argv.slice(2)
const require = createRequire(import.meta.url)
const Connection = require(`${name}/lib/client/connection`)
for (const other of ['rich-text', 'ot-text-unicode']) {
  require(`${name}/lib/types`).register(require(other).type)
}
require(`${name}/lib/logger`).setMethods({ info () {}, warn: complain, error: complain })

const say = (event) => process.stdout.write(JSON.stringify(event) + '\n')

/** What the library warns of is an event too: a client that is led well has nothing to warn of. */
function complain (...words) {
  say({ event: 'complaint', text: words.map(String).join(' ') })
}

let socket = null
let isDeaf = false

/** Opens a socket; while deaf, nothing that the server says arrives. */
const open = () => {
  const own = socket = new WebSocket(url)
  // A socket that is closed before it is open says so, and nobody else listens by then.
  own.on('error', () => {})
  own.on('close', (code, reason) => say({ event: 'closed', code, reason: String(reason) }))
  return {
    get readyState () { return own.readyState },
    send: (text) => own.send(text),
    close: () => own.close(),
    set onopen (handle) { own.onopen = handle },
    set onerror (handle) { own.onerror = handle },
    set onclose (handle) { own.onclose = handle && (() => handle('')) },
    set onmessage (handle) { own.onmessage = handle && ((event) => { if (!isDeaf) handle(event) }) }
  }
}

const connection = new Connection(open())
connection.on('state', (state) => say({ event: 'state', state, id: connection.id }))
connection.on('error', (error) => say({ event: 'error', code: error.code, message: error.message }))
connection.on('pong', () => say({ event: 'pong' }))

const reconnect = () => {
  connection.off('disconnected', reconnect)
  isDeaf = false
  connection.bindToSocket(open())
}

const show = (doc) => ({
  c: doc.collection, d: doc.id, v: doc.version, type: doc.type && doc.type.uri, data: doc.data
})
const watched = new Set()
const document = ({ c, d }) => {
  const doc = connection.get(c, d)
  if (!watched.has(doc)) {
    watched.add(doc)
    for (const event of ['op', 'create', 'del', 'load']) {
      doc.on(event, () => say({ event, ...show(doc) }))
    }
    doc.on('error', (error) => say({ event: 'doc error', code: error.code, message: error.message, ...show(doc) }))
  }
  return doc
}
const done = (command, doc) => (error, result) => say({
  event: 'done',
  of: command.do,
  error: error ? { code: error.code, message: error.message } : null,
  ...(doc ? show(doc) : {}),
  ...(result ? { result } : {})
})

const commands = {
  fetch: (command, doc) => doc.fetch(done(command, doc)),
  subscribe: (command, doc) => doc.subscribe(done(command, doc)),
  unsubscribe: (command, doc) => doc.unsubscribe(done(command, doc)),
  op: (command, doc) => doc.submitOp(command.op, done(command, doc)),
  create: (command, doc) => doc.create(command.data, command.type, done(command, doc)),
  del: (command, doc) => doc.del(done(command, doc)),
  show: (command, doc) => done(command, doc)(null),
  bulk: (command) => {
    connection.startBulk()
    for (const d of command.ids) {
      const doc = document({ c: command.c, d })
      doc[command.action]((error) => done({ do: `${command.action} ${d}` }, doc)(error))
    }
    connection.endBulk()
  },
  past: (command) => connection.fetchSnapshot(command.c, command.d, command.v, done(command)),
  pastTime: (command) => connection.fetchSnapshotByTimestamp(command.c, command.d, command.ts, done(command)),
  ping: () => connection.ping(),
  /** Sends a message as it stands, for what no client of ours would say. */
  send: (command) => socket.send(command.text),
  deaf: () => { isDeaf = true },
  break: () => socket.terminate(),
  connect: () => {
    // Before it knows that the line is broken, a connection must not be given another.
    connection.off('disconnected', reconnect)
    if (connection.state === 'disconnected') reconnect()
    else connection.once('disconnected', reconnect)
  },
  end: () => process.exit(0)
}

createInterface({ input: process.stdin }).on('line', (line) => {
  const command = JSON.parse(line)
  try {
    commands[command.do](command, command.d !== undefined && command.do !== 'past' ? document(command) : null)
  } catch (error) {
    say({ event: 'thrown', message: String(error && error.stack) })
  }
})
