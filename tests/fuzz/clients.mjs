// Unmodified npm clients under the control of the fuzz driver: JSON lines in, JSON lines out.
//
// A request is {id, client, do, …} and is answered by {id, answer} or {id, error}. `open` makes a
// client of a kind (sharedb-5, sharedb-6, sharedb-7, y-websocket, hocuspocus). `edit` is a list of
// steps, described in edits.py; it is answered by whether its first step could be made. What comes
// of it is told later: {client, acked: token} or {client, refused: token, code}.
import { createInterface } from 'node:readline'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import { WebsocketProvider } from 'y-websocket'
import * as Y from 'yjs'
import { loadClient } from '../peers/sharedb/clients.mjs'
import { watch } from './watchdog.mjs'

const RETRY_MS = 100
// The last messages of a client that does not come to rest are told with the failure.
const FRAMES_KEPT = 12
const say = (message) => process.stdout.write(JSON.stringify(message) + '\n')
const mark = (value) => value && typeof value === 'object' && Object.keys(value)[0]?.startsWith('$')
const tokenOf = (item) => item?.id ?? item

/** The value as plain JSON: {$map}, {$array} and {$text} say what is shared in a Yjs document. */
function plain (value) {
  if (Array.isArray(value)) return value.map(plain)
  if (!value || typeof value !== 'object') return value
  if (mark(value)) return plain(Object.values(value)[0])
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]))
}

function shared (value) {
  if (!mark(value)) return value
  const [[name, content]] = Object.entries(value)
  if (name === '$map') return new Y.Map(Object.entries(content).map(([key, item]) => [key, shared(item)]))
  if (name === '$array') return Y.Array.from(content.map(shared))
  return new Y.Text(content)
}

/** Return where *token* ends in a list or text, its end if it is nowhere. */
function placeAfter (content, token) {
  if (typeof content === 'string') {
    const found = token ? content.indexOf(token) : -1
    return found < 0 ? content.length : found + token.length
  }
  const found = content.findIndex((item) => tokenOf(item) === token)
  return found < 0 ? content.length : found + 1
}

/** Return the json0 op of a step on *data*, or null if there is nothing for it to be made on. */
function opOf (step, data, spared) {
  const path = []
  for (const part of step.path) {
    const key = typeof part === 'object' ? data.findIndex((item) => tokenOf(item) === part.id) : part
    data = data[key]
    if (data === undefined) return null
    path.push(key)
  }
  if ('set' in step) {
    const old = data[step.key]
    if (spared.includes(old)) return null
    return [{ p: [...path, step.key], oi: plain(step.set), ...(old === undefined ? {} : { od: old }) }]
  }
  if ('insert' in step) return [{ p: [...path, placeAfter(data, step.after)], li: plain(step.insert) }]
  if ('type' in step) return [{ p: [...path, placeAfter(data, step.after)], si: step.type }]
  if ('add' in step) return [{ p: path, na: step.add }]
  if ('erase' in step) {
    const at = data.indexOf(step.erase)
    return at < 0 ? null : [{ p: [...path, at], sd: step.erase }]
  }
  const from = data.findIndex((item) => tokenOf(item) === (step.remove ?? step.move))
  if (from < 0) return null
  if ('remove' in step) return [{ p: [...path, from], ld: data[from] }]
  const to = Math.min(placeAfter(data, step.after), data.length - 1)
  return [{ p: [...path, from], lm: to }]
}

/** Make a step on shared types; return whether there was something to make it on. */
function write (step, root, spared) {
  let target = root(step.path[0])
  for (const part of step.path.slice(1)) {
    const key = typeof part === 'object' ? target.toJSON().findIndex((item) => tokenOf(item) === part.id) : part
    target = key === -1 ? undefined : target.get(key)
    if (target === undefined) return false
  }
  if ('set' in step) {
    if (spared.includes(target.get(step.key))) return false
    target.set(step.key, shared(step.set))
  } else if ('insert' in step) {
    target.insert(placeAfter(target.toJSON(), step.after), [shared(step.insert)])
  } else if ('type' in step) {
    target.insert(placeAfter(target.toString(), step.after), step.type)
  } else if ('erase' in step) {
    const at = target.toString().indexOf(step.erase)
    if (at < 0) return false
    target.delete(at, step.erase.length)
  } else {
    const from = target.toJSON().findIndex((item) => tokenOf(item) === step.remove)
    if (from < 0) return false
    target.delete(from, 1)
  }
  return true
}

class ShareDbClient {
  constructor ({ name, kind, url, collection, document }) {
    Object.assign(this, { name, url, isGone: false, last: [] })
    const { Connection } = loadClient(Number(kind.split('-')[1]))
    this.connection = new Connection(this.#socket())
    this.connection.on('error', (error) => this.#complain(error))
    this.connection.on('disconnected', () => this.#retry())
    this.connection.on('send', (message) => this.#note('sent', message))
    this.connection.on('receive', ({ data }) => this.#note('received', data))
    this.doc = this.connection.get(collection, document)
    this.doc.on('error', (error) => this.#complain(error))
    this.doc.subscribe()
  }

  #socket () {
    this.socket = new WebSocket(this.url)
    this.socket.on('error', () => {})
    return this.socket
  }

  #retry () {
    if (!this.isGone) setTimeout(() => this.isGone || this.connection.bindToSocket(this.#socket()), RETRY_MS)
  }

  #note (way, message) {
    this.last.push(`${way} ${JSON.stringify(message).slice(0, 200)}`)
    if (this.last.length > FRAMES_KEPT) this.last.shift()
  }

  #complain (error) {
    say({ client: this.name, complaint: `${error.code}: ${error.message}` })
  }

  edit ({ steps, token, spared }) {
    let isMade = false
    for (const step of steps) {
      const op = this.doc.data === undefined ? null : opOf(step, this.doc.data, spared)
      if (op === null && !isMade) return false
      if (op === null) continue
      const isFirst = !isMade
      isMade = true
      this.doc.submitOp(op, (error) => {
        if (error) say({ client: this.name, refused: token, code: error.code, first: isFirst })
        else if (isFirst) say({ client: this.name, acked: token })
      })
    }
    return isMade
  }

  pause () { this.doc.pause() }
  resume () { this.doc.resume() }
  unsubscribe () { this.doc.unsubscribe() }
  subscribe () { this.doc.subscribe() }
  fetch () { this.doc.fetch() }
  compose ({ prevent }) { this.doc.preventCompose = prevent }

  state () {
    return {
      document: this.doc.data,
      detail: {
        state: this.connection.state,
        version: this.doc.version,
        subscribed: this.doc.subscribed,
        inflight: this.doc.inflightOp,
        pending: this.doc.pendingOps.length,
        last: this.last
      },
      isQuiet: this.connection.state === 'connected' && this.doc.subscribed && !this.connection.hasPending()
    }
  }

  crash () {
    this.isGone = true
    this.socket.terminate()
  }
}

/** A socket that is closed before it is open says so, when nobody listens any more. */
class QuietSocket extends WebSocket {
  constructor (...options) {
    super(...options)
    this.on('error', () => {})
  }
}

class YjsClient {
  constructor ({ name, roots, isFree }) {
    Object.assign(this, { name, roots, isFree, waiting: [] })
    this.doc = new Y.Doc()
    for (const root of roots) this.doc.getMap(root)
  }

  #root (key) {
    return this.isFree ? this.doc.getMap('model').get(key) : this.doc.getMap(key)
  }

  edit ({ steps, token, spared }) {
    let isMade = false
    this.doc.transact(() => {
      const root = (key) => this.#root(key)
      for (const step of steps) {
        // The driver gives moves and sums to OT clients only: Yjs knows neither.
        const isWritten = this.#isThere() && write(step, root, spared)
        if (!isWritten && !isMade) return
        isMade = true
      }
    })
    if (isMade) this.waiting.push(token)
    return isMade
  }

  begin ({ content }) {
    this.doc.transact(() => {
      for (const [key, value] of Object.entries(content)) this.doc.getMap('model').set(key, shared(value))
    })
  }

  #isThere () {
    return !this.isFree || this.doc.getMap('model').size > 0
  }

  document () {
    if (this.isFree) return this.doc.getMap('model').toJSON()
    return Object.fromEntries(this.roots.map((root) => [root, this.doc.getMap(root).toJSON()]))
  }

  acknowledge () {
    for (const token of this.waiting.splice(0)) say({ client: this.name, acked: token })
  }
}

class YWebsocketClient extends YjsClient {
  constructor (options) {
    super(options)
    this.provider = new WebsocketProvider(options.url, options.room, this.doc, {
      WebSocketPolyfill: QuietSocket, disableBc: true, maxBackoffTime: 500
    })
  }

  state () {
    return { document: this.document(), isQuiet: this.provider.synced, detail: { connected: this.provider.wsconnected } }
  }

  crash () {
    this.provider.destroy()
  }
}

class HocuspocusClient extends YjsClient {
  constructor (options) {
    super(options)
    this.socket = new HocuspocusProviderWebsocket({
      url: options.url, WebSocketPolyfill: QuietSocket, delay: 50, minDelay: 50, maxDelay: 300, jitter: false
    })
    this.provider = new HocuspocusProvider({
      websocketProvider: this.socket,
      name: options.room,
      document: this.doc,
      token: 'fuzz',
      onUnsyncedChanges: ({ number }) => { if (number === 0 && this.provider?.isSynced) this.acknowledge() },
      onStateless: ({ payload }) => { if (JSON.parse(payload).type === 'refused') say({ client: this.name, complaint: payload }) }
    })
    this.provider.attach()
  }

  state () {
    const { isSynced, unsyncedChanges } = this.provider
    return { document: this.document(), isQuiet: isSynced && unsyncedChanges === 0, detail: { isSynced, unsyncedChanges } }
  }

  crash () {
    this.provider.destroy()
    this.socket.destroy()
  }
}

const clients = new Map()
const kinds = { 'y-websocket': YWebsocketClient, hocuspocus: HocuspocusClient }

function open (request) {
  const Kind = kinds[request.kind] ?? ShareDbClient
  clients.set(request.client, new Kind({ ...request, name: request.client }))
  return true
}

watch()
createInterface({ input: process.stdin }).on('line', (line) => {
  const request = JSON.parse(line)
  try {
    const answer = request.do === 'open' ? open(request) : clients.get(request.client)[request.do](request)
    say({ id: request.id, answer: answer ?? null })
  } catch (error) {
    say({ id: request.id, error: String(error.stack ?? error) })
  }
}).on('close', () => process.exit(0))
