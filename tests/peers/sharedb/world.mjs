// What a test of this folder works with: connections over real sockets that it can cut, link again
// and listen to, and promises in place of callbacks.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

const PATIENCE_MS = 8000

/** Call a method that takes a callback last; return a promise of its result. */
export function call (target, method, ...args) {
  return new Promise((resolve, reject) => {
    target[method](...args, (error, result) => error ? reject(error) : resolve(result))
  })
}

/** Return the error of a call that has to fail, checked against its code if one is given. */
export async function refused (promise, code) {
  let result
  try {
    result = await promise
  } catch (error) {
    if (code) assert.equal(error.code, code, error.message)
    return error
  }
  assert.fail(`was to fail, but gave ${JSON.stringify(result)}`)
}

/** Return the arguments of the next event of this name. */
export function next (emitter, event) {
  return new Promise((resolve) => emitter.once(event, (...args) => resolve(args)))
}

/** Wait until *look* is true; it is asked at each turn of the event loop. */
export async function until (look, what) {
  const deadline = Date.now() + PATIENCE_MS
  while (!look()) {
    assert.ok(Date.now() < deadline, `waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 3))
  }
}

export const settled = (target) => new Promise((resolve) => target.whenNothingPending(resolve))

/** One connection and the sockets it had, with every frame that went over them. */
export class Client {
  constructor (world) {
    this.world = world
    this.sent = []
    this.received = []
    this.dropped = 0
    this.socket = this.#socket()
    this.connection = new world.library.Connection(this.socket)
    this.connection.on('send', (message) => this.sent.push(structuredClone(message)))
    this.connection.on('receive', (request) => this.#receive(request))
    this.connection.on('error', (error) => world.errors.push(error))
    this.connection.on('doc', (doc) => doc.on('error', (error) => world.errors.push(error)))
    this.isLost = () => false
  }

  #socket () {
    const socket = new WebSocket(this.world.url)
    socket.on('error', () => {})
    return socket
  }

  #receive (request) {
    this.received.push(structuredClone(request.data))
    if (this.isLost(request.data)) {
      this.dropped++
      request.data = null
    }
  }

  doc (id = 'd', collection = this.world.collection) {
    return this.connection.get(collection, id)
  }

  /** Return the frames of an action that were sent, or received. */
  frames (action, direction = this.received) {
    return direction.filter((frame) => frame.a === action)
  }

  async connected () {
    if (this.connection.state !== 'connected') await next(this.connection, 'connected')
    return this
  }

  /** Break the connection as a network would. */
  async cut () {
    if (this.connection.state === 'disconnected') return
    const gone = next(this.connection, 'disconnected')
    this.socket.terminate()
    await gone
  }

  /** Connect again. */
  async link () {
    this.isLost = () => false
    this.socket = this.#socket()
    this.connection.bindToSocket(this.socket)
    await this.connected()
  }

  async relink () {
    await this.cut()
    await this.link()
  }

  /** Make what *act* starts lose its answer: the server has done it, and nobody is told. */
  async loseAnswer (isAnswer, act) {
    this.isLost = isAnswer
    act()
    await until(() => this.dropped > 0, 'the answer that is lost')
    this.dropped = 0
    await this.cut()
  }

  /** Send one frame as it stands and return the first received one that *isAnswer* accepts. */
  async ask (frame, isAnswer = (answer) => answer.a === frame.a) {
    const start = this.received.length
    this.connection.send(frame)
    await until(() => this.received.slice(start).some(isAnswer), `an answer to ${frame.a}`)
    return this.received.slice(start).find(isAnswer)
  }

  /** Once all of this has been answered, whatever was sent to this client before is here too. */
  async ping () {
    const pong = next(this.connection, 'pong')
    this.connection.ping()
    await pong
  }
}

/** What one test has to itself. */
export class World {
  constructor ({ url, library, version, isReference }) {
    Object.assign(this, { url, library, version, isReference })
    this.collection = `größe-${randomUUID()}`
    this.errors = []
    this.clients = []
  }

  open () {
    const client = new Client(this)
    this.clients.push(client)
    return client
  }

  /** Return clients that are connected. */
  async openAll (count) {
    return Promise.all(Array.from({ length: count }, () => this.open().connected()))
  }

  /** Return as many documents, each of a client of its own, subscribed and with the same data. */
  async docs (count, data, type) {
    const docs = (await this.openAll(count)).map((client) => client.doc())
    await call(docs[0], 'create', data, type)
    for (const doc of docs) await call(doc, 'subscribe')
    return docs
  }

  client (doc) {
    return this.clients.find(({ connection }) => connection === doc.connection)
  }

  /** Return the errors that nobody had a callback for, and forget them. */
  takeErrors () {
    return this.errors.splice(0)
  }

  close () {
    for (const { connection, socket } of this.clients) {
      connection.removeAllListeners('error')
      connection.on('error', () => {})
      socket.removeAllListeners('close')
      socket.terminate()
    }
  }
}
