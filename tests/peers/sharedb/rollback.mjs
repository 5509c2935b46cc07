// What a client does with an op that the server refuses. The op is spoilt on its way, so that the
// client has applied it in good faith.
import assert from 'node:assert/strict'
import { call, refused, settled, until } from './world.mjs'

/** Have the next op that *client* sends be one that applies to no document. */
function spoil (client, change = (frame) => { frame.op = [{ p: ['n', 'deeper'], oi: 1 }] }) {
  const listener = (frame) => {
    if (frame.a !== 'op') return
    client.connection.removeListener('send', listener)
    change(frame)
  }
  client.connection.on('send', listener)
}

export default {
  async 'a refused op is taken back' (world) {
    const [doc, theirs] = await world.docs(2, { n: 1 })
    spoil(world.client(doc))
    await refused(call(doc, 'submitOp', [{ p: ['n'], na: 5 }]))
    assert.deepEqual([doc.data, doc.version], [{ n: 1 }, 1])
    await call(doc, 'submitOp', [{ p: ['n'], na: 2 }])
    await until(() => theirs.version === 2, 'the good op')
    assert.deepEqual([doc.data, theirs.data], [{ n: 3 }, { n: 3 }])
  },

  async 'without a callback the refusal is an error event' (world) {
    const [doc] = await world.docs(1, { n: 1 })
    spoil(world.client(doc))
    doc.submitOp([{ p: ['n'], na: 5 }])
    await settled(doc)
    await until(() => world.errors.length, 'the error event')
    assert.equal(world.takeErrors().length, 1)
    assert.deepEqual(doc.data, { n: 1 })
  },

  async 'what waits behind a refused op is sent, transformed' (world) {
    const [doc, theirs] = await world.docs(2, { n: 1, list: ['é'] })
    spoil(world.client(doc))
    doc.preventCompose = true
    const bad = refused(call(doc, 'submitOp', [{ p: ['list', 0], li: 'bad' }]))
    const good = call(doc, 'submitOp', [{ p: ['list', 2], li: 'good' }])
    await bad
    await good
    await until(() => theirs.version === doc.version, 'the good op')
    assert.deepEqual([doc.data.list, theirs.data.list], [['é', 'good'], ['é', 'good']])
  },

  async 'a refused create leaves no document, and refuses what waits' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    spoil(client, (frame) => { frame.create.type = 'http://example.org/ünknown' })
    const results = [refused(call(doc, 'create', { n: 1 }))]
    doc.flush()
    results.push(refused(call(doc, 'submitOp', [{ p: ['n'], na: 1 }])))
    await Promise.all(results)
    assert.deepEqual([doc.data, doc.type], [undefined, null])
    await call(doc, 'create', { n: 2 })
    assert.deepEqual([doc.version, doc.data], [1, { n: 2 }])
  },

  async 'a refused delete brings the document back' (world) {
    const [doc] = await world.docs(1, { n: 1 })
    spoil(world.client(doc), (frame) => { frame.v = 99 })
    await refused(call(doc, 'del'), 'ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT')
    assert.deepEqual([doc.data, doc.version], [{ n: 1 }, 1])
  },

  async 'a document is usable after a local op that does not apply' (world) {
    const [doc, theirs] = await world.docs(2, { n: 1 })
    await refused(call(doc, 'submitOp', [{ p: ['n', 'x', 'y'], oi: 1 }]))
    await settled(doc)
    assert.deepEqual(doc.data, { n: 1 })
    await call(doc, 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => theirs.version === 2, 'the good op')
    assert.deepEqual(theirs.data, { n: 2 })
  },

  async 'a pushed op that does not apply makes the client fetch' (world) {
    const [doc] = await world.docs(1, { n: 1 })
    world.client(doc).connection.handleMessage({
      a: 'op', c: doc.collection, d: doc.id, v: 1, src: 'somebody', seq: 1, op: [{ p: ['n', 'x', 'y'], oi: 1 }]
    })
    await until(() => doc.version === 1 && doc.data, 'the fetched document')
    await settled(doc)
    world.takeErrors()
    assert.deepEqual(doc.data, { n: 1 })
  }
}
