// Records what the unmodified npm clients send, frame by frame, against a server that follows a
// script. Run `node tests/peers/capture.mjs` after a client was updated and read the difference;
// the transcripts in tests/wire/ are what the adapter tests replay.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import path from 'node:path'
import * as encoding from 'lib0/encoding'
import { WebSocket, WebSocketServer } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', '..')
const wire = path.join(root, 'tests', 'wire')
const EMPTY_STATE_VECTOR = Uint8Array.of(0)
const EMPTY_UPDATE = Uint8Array.of(0, 0)
const GIVE_UP_MS = 10_000

/** One scripted server: frames of every connection in the order in which they came and went. */
class Recorder {
  constructor () {
    this.frames = []
    this.waiting = []
    this.arrived = []
    this.server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
    this.server.on('connection', (socket) => {
      this.socket = socket
      socket.on('message', (data) => {
        this.frames.push(['client', Buffer.from(data).toString('hex')])
        this.arrived.push(data)
        this.waiting.shift()?.()
      })
    })
  }

  async listen () {
    if (!this.server.address()) await new Promise((resolve) => this.server.once('listening', resolve))
    return `ws://127.0.0.1:${this.server.address().port}`
  }

  /** Wait for `count` more frames of the client. */
  async take (count) {
    for (let i = 0; i < count; i++) {
      if (this.arrived.length === 0) await new Promise((resolve) => this.waiting.push(resolve))
      this.arrived.shift()
    }
  }

  say (bytes) {
    this.frames.push(['server', Buffer.from(bytes).toString('hex')])
    this.socket.send(bytes)
  }

  note (text) {
    this.frames.push(['note', text])
  }

  save (file, client, scenario) {
    const version = JSON.parse(readFileSync(path.join(root, 'node_modules', client, 'package.json'))).version
    const transcript = { client: `${client} ${version}`, scenario, frames: this.frames }
    const lines = JSON.stringify(transcript, null, 1).replace(/\[\s+"(\w+)",\s+(".*")\s+\]/g, '["$1", $2]')
    writeFileSync(path.join(wire, file), lines + '\n')
    this.server.close()
    this.server.clients.forEach((socket) => socket.terminate())
  }
}

const sync = (prefix, kind, payload) => frame(prefix, 0, (encoder) => {
  encoding.writeVarUint(encoder, kind)
  encoding.writeVarUint8Array(encoder, payload)
})

const frame = (address, type, body = () => {}) => {
  const encoder = encoding.createEncoder()
  if (address !== null) encoding.writeVarString(encoder, address)
  encoding.writeVarUint(encoder, type)
  body(encoder)
  return encoding.toUint8Array(encoder)
}

const granted = (address) => frame(address, 2, (encoder) => {
  encoding.writeVarUint(encoder, 2)
  encoding.writeVarString(encoder, 'read-write')
})

const newDoc = (clientID) => {
  const doc = new Y.Doc()
  doc.clientID = clientID
  return doc
}

async function captureYWebsocket () {
  const recorder = new Recorder()
  const doc = newDoc(1001)
  const provider = new WebsocketProvider(await recorder.listen(), 'projekt-ä', doc, {
    WebSocketPolyfill: WebSocket, disableBc: true
  })
  await recorder.take(2)
  recorder.say(sync(null, 1, EMPTY_UPDATE))
  recorder.say(sync(null, 0, EMPTY_STATE_VECTOR))
  await recorder.take(1)
  recorder.note('the map "m" gets a key, the text "t" a text')
  doc.getMap('m').set('título', 'héllo 😀')
  doc.getText('t').insert(0, 'né😀')
  await recorder.take(2)
  recorder.note('awareness changes, then is queried')
  provider.awareness.setLocalState({ user: { name: 'Zoë 😀' } })
  await recorder.take(1)
  recorder.say(frame(null, 3))
  await recorder.take(1)
  recorder.note('step 1 again, as after a dropped update')
  recorder.say(sync(null, 0, EMPTY_STATE_VECTOR))
  await recorder.take(1)
  recorder.note('the client disconnects')
  provider.disconnect()
  await recorder.take(1)
  provider.destroy()
  recorder.save('y-websocket.json', 'y-websocket', 'open, sync, edit, awareness, query, leave')
}

const socketOf = (url) => new HocuspocusProviderWebsocket({
  url, WebSocketPolyfill: WebSocket, delay: 10, minDelay: 10, maxDelay: 20, jitter: false
})

async function captureHocuspocus () {
  const recorder = new Recorder()
  const websocketProvider = socketOf(await recorder.listen())
  const doc = newDoc(2002)
  const name = 'projekt/ä'
  const provider = new HocuspocusProvider({ websocketProvider, name, document: doc, token: 'tökén' })
  provider.attach()
  await recorder.take(3)
  recorder.say(granted(name))
  recorder.say(sync(name, 1, EMPTY_UPDATE))
  recorder.say(sync(name, 0, EMPTY_STATE_VECTOR))
  await recorder.take(1)
  recorder.note('the map "m" gets a key')
  doc.getMap('m').set('título', 'héllo 😀')
  await recorder.take(1)
  recorder.note('awareness, ping, stateless')
  provider.setAwarenessField('user', { name: 'Zoë 😀' })
  await recorder.take(1)
  recorder.say(Uint8Array.of(9))
  await recorder.take(1)
  provider.sendStateless('hällo')
  await recorder.take(1)
  recorder.note('step 1 by force')
  provider.forceSync()
  await recorder.take(1)
  recorder.note('the client leaves the document')
  provider.destroy()
  await recorder.take(2)
  websocketProvider.destroy()
  recorder.save('hocuspocus.json', '@hocuspocus/provider', 'auth, sync, edit, awareness, ping, stateless, force, leave')
}

async function captureSessionAwareness () {
  const recorder = new Recorder()
  const websocketProvider = socketOf(await recorder.listen())
  const provider = new HocuspocusProvider({
    websocketProvider, name: 'raum', document: newDoc(2003), token: null, sessionAwareness: true
  })
  provider.sessionId = 'sitzung1'
  provider.attach()
  await recorder.take(3)
  provider.destroy()
  await recorder.take(2)
  websocketProvider.destroy()
  recorder.save('hocuspocus-session.json', '@hocuspocus/provider', 'an address with a session id and no token')
}

async function captureReconnect () {
  const recorder = new Recorder()
  const websocketProvider = socketOf(await recorder.listen())
  const doc = newDoc(2004)
  const name = 'raum'
  const provider = new HocuspocusProvider({ websocketProvider, name, document: doc, token: 't' })
  provider.attach()
  await recorder.take(3)
  recorder.say(granted(name))
  recorder.say(sync(name, 1, EMPTY_UPDATE))
  recorder.say(sync(name, 0, EMPTY_STATE_VECTOR))
  await recorder.take(1)
  recorder.note('the connection breaks; two edits offline; it comes back')
  const broken = new Promise((resolve) => provider.on('disconnect', resolve))
  recorder.socket.terminate()
  await broken
  doc.getArray('a').push(['eins'])
  doc.getArray('a').push(['zwei 😀'])
  await recorder.take(3)
  recorder.say(granted(name))
  await recorder.take(2)
  recorder.say(sync(name, 1, EMPTY_UPDATE))
  recorder.say(sync(name, 0, EMPTY_STATE_VECTOR))
  await recorder.take(1)
  provider.destroy()
  websocketProvider.destroy()
  recorder.save('hocuspocus-reconnect.json', '@hocuspocus/provider', 'two offline edits after an unexpected close')
}

setTimeout(() => { throw new Error('a client did not send what the script waits for') }, GIVE_UP_MS).unref()
await captureYWebsocket()
await captureHocuspocus()
await captureSessionAwareness()
await captureReconnect()
process.exit(0)
