// Presence in a document: cursors that move with the text.
import assert from 'node:assert/strict'
import { RICH_TEXT } from './clients.mjs'
import { call, refused, settled, until } from './world.mjs'

const TEXT = [{ insert: 'Größe\n' }]
const of = (doc) => doc.connection.getDocPresence(doc.collection, doc.id)
const caret = (index) => ({ index, length: 0 })
const shows = (presence, id, index) => until(() => presence.remotePresences[id]?.index === index, `${id} at ${index}`)

/** Documents with a presence each that everybody listens to. */
async function writers (world, count = 2) {
  const docs = await world.docs(count, TEXT, RICH_TEXT)
  const presences = docs.map(of)
  for (const presence of presences) await call(presence, 'subscribe')
  return { docs, presences }
}

export default {
  async 'a cursor is seen' (world) {
    const { presences: [one, other] } = await writers(world)
    await call(one.create('zoë'), 'submit', caret(3))
    await shows(other, 'zoë', 3)
  },

  async 'a cursor moves with the text of its watcher' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    await call(one.create('a'), 'submit', caret(3))
    await shows(other, 'a', 3)
    await call(docs[1], 'submitOp', [{ insert: '日本' }])
    await shows(other, 'a', 5)
  },

  async 'a cursor moves with the text of others' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    const local = one.create('a')
    await call(local, 'submit', caret(3))
    await call(docs[1], 'submitOp', [{ insert: 'é' }])
    await until(() => local.value.index === 4, 'the own cursor to move')
    await shows(other, 'a', 4)
  },

  async 'a cursor waits for the ops before it' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    docs[0].pause()
    docs[0].submitOp([{ retain: 5 }, { insert: ' X' }])
    const done = call(one.create('a'), 'submit', caret(7))
    docs[0].resume()
    await done
    await shows(other, 'a', 7)
    assert.equal(docs[1].version, 2)
  },

  async 'two cursors in one turn: the last one stays' (world) {
    const { presences: [one, other] } = await writers(world)
    const local = one.create('a')
    await Promise.all([call(local, 'submit', caret(1)), call(local, 'submit', caret(2))])
    await shows(other, 'a', 2)
  },

  async 'a cursor ahead of the document waits for it' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    await call(docs[1], 'unsubscribe')
    await call(docs[0], 'submitOp', [{ insert: 'é' }])
    await call(one.create('a'), 'submit', caret(2))
    await shows(other, 'a', 2)
    assert.equal(docs[1].version, 2)
  },

  async 'a cursor of an old version is brought to the head' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    await call(docs[0], 'unsubscribe')
    await call(docs[1], 'submitOp', [{ insert: '日本' }])
    await call(one.create('a'), 'submit', caret(1))
    await shows(other, 'a', 3)
  },

  async 'cursors of another document are not seen' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    const second = docs[0].connection.get(docs[0].collection, 'zweites')
    await call(second, 'create', TEXT, RICH_TEXT)
    await call(of(second).create('elsewhere'), 'submit', caret(1))
    await call(one.create('here'), 'submit', caret(2))
    await shows(other, 'here', 2)
    assert.deepEqual(Object.keys(other.remotePresences), ['here'])
  },

  async 'a cursor is there again after a reconnect' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    await call(one.create('a'), 'submit', caret(4))
    await shows(other, 'a', 4)
    await world.client(docs[1]).relink()
    await world.client(docs[1]).ping()
    await shows(other, 'a', 4)
  },

  async 'a cursor goes when its owner leaves the document' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    await call(one.create('a'), 'submit', caret(1))
    await shows(other, 'a', 1)
    await call(docs[0], 'destroy')
    await until(() => !other.remotePresences.a, 'the cursor to go')
  },

  async 'a cursor goes with its connection' (world) {
    const { docs, presences: [one, other] } = await writers(world)
    await call(one.create('a'), 'submit', caret(1))
    await shows(other, 'a', 1)
    await world.client(docs[0]).cut()
    await until(() => !('a' in other.remotePresences), 'the cursor to go')
  },

  async 'there is no cursor in a document that does not exist' (world) {
    const doc = world.open().doc()
    await call(doc, 'fetch')
    await refused(call(of(doc).create('a'), 'submit', caret(1)))
    await settled(doc)
  },

  async 'there is no cursor in a type without presence' (world) {
    const [doc] = await world.docs(1, { n: 1 })
    await refused(call(of(doc).create('a'), 'submit', caret(1)), 'ERR_TYPE_DOES_NOT_SUPPORT_PRESENCE')
  }
}
