// Records what npm's ShareDB server and client say to each other, frame by frame. Run
// `node tests/peers/capture_sharedb.mjs` after ShareDB was updated and read the difference; the
// transcripts in tests/wire/ are what the adapter's tests replay. Ids are drawn at random, so each
// is written as the place where it was first seen: `client` is the id of the recorded connection.
import { createRequire } from 'node:module'
import { readFileSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer } from 'ws'

const require = createRequire(import.meta.url)
const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const JSON0 = 'http://sharejs.org/types/JSONv0'

/** One ShareDB server in memory; every frame of its only socket is kept. */
class Recorder {
  constructor (name) {
    const Backend = require(name)
    const Connection = require(`${name}/lib/client/connection`)
    require(`${name}/lib/logger`).setMethods({ info () {}, warn () {}, error () {} })
    this.name = name
    this.frames = []
    this.backend = new Backend({ presence: true })
    this.other = this.backend.connect()
    this.server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    this.server.on('connection', (socket) => this.serve(socket))
    this.Connection = Connection
    this.isDeaf = false
  }

  serve (socket) {
    const stream = new Duplex({
      objectMode: true,
      read () {},
      write: (message, encoding, done) => {
        const text = JSON.stringify(message)
        if (socket.readyState === WebSocket.OPEN) {
          this.frames.push(['server', text])
          if (!this.isDeaf) socket.send(text)
        }
        done()
      }
    })
    socket.on('message', (data) => {
      this.frames.push(['client', String(data)])
      stream.push(JSON.parse(String(data)))
    })
    socket.on('close', () => stream.destroy())
    this.backend.listen(stream)
  }

  open () {
    this.socket = new WebSocket(`ws://127.0.0.1:${this.server.address().port}`)
    return this.socket
  }

  async connect () {
    if (!this.server.address()) await once(this.server, 'listening')
    this.connection = new this.Connection(this.open())
    await once(this.connection, 'connected')
    await this.settle()
    return this.connection
  }

  /** Breaks the line and comes back, as a reconnecting socket does. */
  async reconnect () {
    this.frames.push(['line', 'breaks'])
    this.socket.terminate()
    await once(this.connection, 'disconnected')
    this.isDeaf = false
    this.connection.bindToSocket(this.open())
    await once(this.connection, 'connected')
    await this.settle()
  }

  /** Somebody else's change, made in the server itself. */
  async elsewhere (collection, id, change) {
    const doc = this.other.get(collection, id)
    await ask((done) => doc.fetch(done))
    this.frames.push(['other', JSON.stringify({ c: collection, d: id, ...change })])
    if (change.create) await ask((done) => doc.create(change.create.data, done))
    else if (change.del) await ask((done) => doc.del(done))
    else await ask((done) => doc.submitOp(change.op, done))
    await this.settle()
  }

  /** Waits until nothing is on its way any more: the loop is idle and the line is quiet. */
  async settle () {
    let count = -1
    while (count !== this.frames.length) {
      count = this.frames.length
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
  }

  save (scenario) {
    const { version } = JSON.parse(readFileSync(path.join(root, 'node_modules', this.name, 'package.json')))
    const names = new Map([[this.connection.id, 'client'], [this.other.id, 'other']])
    const named = (text) => [...names].reduce((all, [id, name]) => all.replaceAll(id, name), text)
      .replace(/[0-9a-f]{32}/g, 'fresh')
    const frames = this.frames.map(([who, text]) => [who, named(text)])
    const file = path.join(root, 'tests', 'wire', `sharedb-${scenario}.json`)
    const lines = frames.map((frame) => '  ' + JSON.stringify(frame)).join(',\n')
    writeFileSync(file, `{\n "client": "sharedb ${version}",\n "scenario": "${scenario}",\n "frames": [\n${lines}\n ]\n}\n`)
    console.log(`${file}: ${frames.length} frames`)
    this.socket.terminate()
    this.server.close()
  }
}

const ask = (begin) => new Promise((resolve, reject) => begin((error, result) => error ? reject(error) : resolve(result)))
const failing = (begin) => new Promise((resolve) => begin((error) => resolve(error)))

const scenarios = {
  async session (recorder) {
    const connection = await recorder.connect()
    const doc = connection.get('notizen', 'größe/1 😀')
    doc.on('error', () => {})
    await ask((done) => doc.subscribe(done))
    await ask((done) => doc.create({ title: 'né 😀', list: [1, 2.5, null, true] }, done))
    await ask((done) => doc.submitOp([{ p: ['list', 0], li: 'ä' }], done))
    await recorder.elsewhere('notizen', 'größe/1 😀', { op: [{ p: ['title', 2], si: '!' }] })
    await failing((done) => doc.submitOp([{ p: ['list', 0], li: 1 }, { p: ['list', 0], ld: 1 }], done))
    connection.ping()
    await recorder.settle()
    await ask((done) => doc.del(done))
    await recorder.elsewhere('notizen', 'größe/1 😀', { create: { data: {} } })
    await ask((done) => doc.unsubscribe(done))
  },

  async unsubscribed (recorder) {
    const connection = await recorder.connect()
    await recorder.elsewhere('notizen', 'ä', { create: { type: JSON0, data: { a: [] } } })
    const doc = connection.get('notizen', 'ä')
    await ask((done) => doc.fetch(done))
    await recorder.elsewhere('notizen', 'ä', { op: [{ p: ['a', 0], li: 'eins' }] })
    await recorder.elsewhere('notizen', 'ä', { op: [{ p: ['a', 1], li: 'zwei' }] })
    await ask((done) => doc.submitOp([{ p: ['a', 0], li: 'ich' }], done))
    await ask((done) => doc.fetch(done))
    await recorder.elsewhere('notizen', 'ä', { op: [{ p: ['a', 0], ld: 'ich' }] })
    await ask((done) => doc.fetch(done))
    await failing((done) => connection.get('notizen', 'ä2').submitOp([], done))
    const twice = connection.get('notizen', 'ö')
    await recorder.elsewhere('notizen', 'ö', { create: { type: JSON0, data: {} } })
    await failing((done) => twice.create({}, done))
  },

  async resend (recorder) {
    const connection = await recorder.connect()
    const doc = connection.get('notizen', 'ä')
    await ask((done) => doc.subscribe(done))
    await ask((done) => doc.create({ text: '' }, done))
    recorder.isDeaf = true
    const acknowledged = ask((done) => doc.submitOp([{ p: ['text', 0], si: 'héllo' }], done))
    await recorder.settle()
    await recorder.elsewhere('notizen', 'ä', { op: [{ p: ['text', 0], si: '😀' }] })
    await recorder.reconnect()
    await acknowledged
    await ask((done) => doc.submitOp([{ p: ['text', 0], si: '>' }], done))
  },

  async bulk (recorder) {
    const connection = await recorder.connect()
    await recorder.elsewhere('notizen', 'ä', { create: { type: JSON0, data: { a: 1 } } })
    await recorder.elsewhere('notizen', 'ö', { create: { type: JSON0, data: { o: 1 } } })
    const docs = ['ä', 'ö', 'ü'].map((id) => connection.get('notizen', id))
    const all = (action) => Promise.all(docs.map((doc) => ask((done) => doc[action](done))))
    const inBulk = async (action) => {
      connection.startBulk()
      const done = all(action)
      connection.endBulk()
      await done
    }
    await inBulk('fetch')
    await inBulk('subscribe')
    await recorder.elsewhere('notizen', 'ä', { op: [{ p: ['b'], oi: 'né' }] })
    recorder.frames.push(['note', 'while it is away'])
    recorder.isDeaf = true
    await recorder.elsewhere('notizen', 'ö', { op: [{ p: ['b'], oi: 'né' }] })
    await recorder.reconnect()
    await inBulk('unsubscribe')
  },

  async past (recorder) {
    const connection = await recorder.connect()
    await recorder.elsewhere('notizen', 'ä', { create: { type: JSON0, data: { a: 1 } } })
    await recorder.elsewhere('notizen', 'ä', { op: [{ p: ['a'], od: 1, oi: 'né😀' }] })
    await recorder.elsewhere('notizen', 'ä', { del: true })
    for (const version of [0, 1, 2, 3, null]) {
      await ask((done) => connection.fetchSnapshot('notizen', 'ä', version, done))
    }
    await failing((done) => connection.fetchSnapshot('notizen', 'ä', 9, done))
    await ask((done) => connection.fetchSnapshot('notizen', 'nie', null, done))
    await ask((done) => connection.fetchSnapshotByTimestamp('notizen', 'ä', null, done))
    await ask((done) => connection.fetchSnapshotByTimestamp('notizen', 'ä', 1, done))
  }
}

for (const [scenario, play] of Object.entries(scenarios)) {
  const recorder = new Recorder('sharedb')
  await play(recorder)
  await recorder.settle()
  recorder.save(scenario)
}
process.exit(0)
