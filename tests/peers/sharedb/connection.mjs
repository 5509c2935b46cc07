// The connection: handshake, states, ping, and messages that are wrong.
import assert from 'node:assert/strict'
import { WebSocket } from 'ws'
import { call, next } from './world.mjs'

const JSON0 = 'http://sharejs.org/types/JSONv0'

export default {
  async 'the handshake gives an id, the protocol and the default type' (world) {
    const client = await world.open().connected()
    const [answer] = client.frames('hs')
    assert.deepEqual([typeof answer.id, answer.protocol, answer.type], ['string', 1, JSON0])
    assert.ok(answer.protocolMinor >= 2)
    assert.equal(client.connection.id, answer.id)
  },

  async 'two connections have two ids' (world) {
    const [one, other] = await world.openAll(2)
    assert.notEqual(one.connection.id, other.connection.id)
  },

  async 'every handshake of a connection gives the same id' (world) {
    const client = await world.open().connected()
    await client.ping()
    const ids = client.frames('hs').map(({ id }) => id)
    assert.equal(new Set(ids).size, 1)
    await client.relink()
    await client.ping()
    assert.equal(new Set(client.frames('hs').map(({ id }) => id)).size, 1)
  },

  async 'a ping is answered' (world) {
    const client = await world.open().connected()
    await client.ping()
    await client.ping()
    assert.equal(client.frames('pp').length, 2)
  },

  async 'there is no ping without a connection' (world) {
    const client = await world.open().connected()
    await client.cut()
    assert.throws(() => client.connection.ping(), { code: 'ERR_CANNOT_PING_OFFLINE' })
  },

  async 'states follow the socket' (world) {
    const client = world.open()
    const states = [client.connection.state]
    client.connection.on('state', (state) => states.push(state))
    await client.connected()
    await client.relink()
    assert.deepEqual(states, ['connecting', 'connected', 'disconnected', 'connecting', 'connected'])
  },

  async 'what is asked before the connection is there is asked then' (world) {
    const client = world.open()
    const doc = client.doc()
    const done = [call(doc, 'subscribe'), call(doc, 'create', { n: 1 })]
    assert.equal(client.connection.canSend, false)
    await Promise.all(done)
    assert.deepEqual([doc.version, doc.data, doc.subscribed], [1, { n: 1 }, true])
  },

  async 'a socket that is open already is used at once' (world) {
    const socket = new WebSocket(world.url)
    await next(socket, 'open')
    const connection = new world.library.Connection(socket)
    await next(connection, 'connected')
    const doc = connection.get(world.collection, 'd')
    await call(doc, 'create', { n: 1 })
    assert.equal(doc.version, 1)
    socket.terminate()
  },

  async 'closing it is a disconnect' (world) {
    const client = await world.open().connected()
    const gone = next(client.connection, 'disconnected')
    client.connection.close()
    await gone
    assert.equal(client.connection.canSend, false)
  },

  async 'messages that are wrong are answered by an error and cost no connection' (world) {
    const client = await world.open().connected()
    const frames = [
      { a: 'unknown' },
      { a: 'f', c: 7, d: 'd' },
      { a: 'f', c: world.collection, d: {} },
      { a: 's', c: world.collection, d: '__proto__' },
      { a: 'op', c: world.collection, d: 'd', v: -1, seq: 1, op: [] },
      { a: 'op', c: world.collection, d: 'd', v: 'é', seq: 1, op: [] },
      { a: 'bs', c: world.collection, b: 'nonsense' },
      { a: 'qf', c: world.collection, q: {} },
      { a: 'ps', ch: 7, seq: 1 }
    ]
    for (const frame of frames) {
      const answer = await client.ask(frame, ({ error }) => error)
      assert.equal(answer.error.code, 'ERR_MESSAGE_BADLY_FORMED', JSON.stringify(answer))
    }
    await client.ping()
    world.takeErrors()
  },

  async 'an unsubscribe from nothing is answered' (world) {
    const client = await world.open().connected()
    const answer = await client.ask({ a: 'bu', c: world.collection, b: ['d', 'é'] })
    assert.equal(answer.error, undefined)
  },

  async 'what is not JSON ends the connection' (world) {
    const client = await world.open().connected()
    const gone = next(client.connection, 'disconnected')
    client.socket.send('{"a": "f", ')
    await gone
  },

  async 'a client sends an id that it was given, and keeps its edits' (world) {
    const client = await world.open().connected()
    const { id } = client.connection
    await call(client.doc(), 'create', { n: 1 })
    await client.relink()
    assert.equal(client.frames('hs', client.sent).at(-1).id, id)
    await call(client.doc(), 'submitOp', [{ p: ['n'], na: 1 }])
    assert.equal(client.doc().version, 2)
  },

  // npm's server believes whatever id a client claims: who sends another's (it is public, in every
  // op) has the other's next op taken for one that was committed already. Ours binds it to the user.
  async 'an id that was made up is replaced by one that is the server\'s' (world) {
    const client = await world.open().connected()
    const answer = await client.ask({ a: 'hs', id: 'made-up-é', protocol: 1, protocolMinor: 2 })
    if (world.isReference) assert.equal(client.frames('hs').at(-1).id, 'made-up-é')
    else assert.notEqual(answer.id, 'made-up-é')
  }
}
