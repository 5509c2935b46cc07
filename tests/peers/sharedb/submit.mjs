// Creating, editing and deleting, by one client and by several at once.
import assert from 'node:assert/strict'
import { call, refused, settled, until } from './world.mjs'

/** Two documents at the same version, fetched and not subscribed. */
async function fetched (world, data) {
  const docs = (await world.openAll(2)).map((client) => client.doc())
  await call(docs[0], 'create', data)
  await call(docs[1], 'fetch')
  return docs
}

export default {
  async 'a document that was never created is fetched as none' (world) {
    const doc = world.open().doc()
    await call(doc, 'fetch')
    assert.deepEqual([doc.version, doc.type, doc.data], [0, null, undefined])
  },

  async 'a document is created after a fetch' (world) {
    const doc = world.open().doc()
    await call(doc, 'fetch')
    await call(doc, 'create', { 'größe': 3 })
    assert.deepEqual([doc.version, doc.data], [1, { 'größe': 3 }])
  },

  async 'a document is created without a fetch' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3, name: '日本 😀' })
    assert.deepEqual([doc.version, doc.data], [1, { age: 3, name: '日本 😀' }])
  },

  async 'a document is created, deleted and created again' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3 })
    await call(doc, 'del')
    assert.deepEqual([doc.version, doc.data, doc.type], [2, undefined, null])
    await call(doc, 'create', { age: 4 })
    assert.deepEqual([doc.version, doc.data], [3, { age: 4 }])
  },

  async 'an op follows a create' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3 })
    await call(doc, 'submitOp', [{ p: ['age'], na: 2 }])
    assert.deepEqual([doc.version, doc.data], [2, { age: 5 }])
  },

  async 'an op in the same turn becomes part of the create' (world) {
    const client = world.open()
    const doc = client.doc()
    doc.create({ age: 3 })
    doc.submitOp([{ p: ['age'], na: 2 }])
    await settled(doc)
    assert.deepEqual([doc.version, doc.data], [1, { age: 5 }])
    assert.deepEqual(client.frames('op', client.sent)[0].create.data, { age: 5 })
  },

  async 'an op of a future version is refused' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3 })
    doc.version++
    await refused(call(doc, 'submitOp', [{ p: ['age'], na: 2 }]), 'ERR_OP_VERSION_NEWER_THAN_CURRENT_SNAPSHOT')
  },

  async 'there is no op on, and no deletion of, a document that does not exist' (world) {
    const doc = world.open().doc()
    await refused(call(doc, 'submitOp', [{ p: ['age'], na: 2 }]), 'ERR_DOC_DOES_NOT_EXIST')
    await refused(call(doc, 'del'), 'ERR_DOC_DOES_NOT_EXIST')
  },

  async 'ops of one turn are composed and acknowledged together' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3 })
    const order = []
    doc.submitOp([{ p: ['age'], na: 2 }], () => order.push('first'))
    doc.submitOp([{ p: ['age'], na: 3 }], () => order.push('second'))
    await call(doc, 'submitOp', [{ p: ['age'], na: -4 }])
    assert.deepEqual([doc.version, doc.data, order], [2, { age: 4 }, ['first', 'second']])
  },

  async 'ops are sent one by one when composing is switched off' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3 })
    doc.preventCompose = true
    doc.submitOp([{ p: ['age'], na: 2 }])
    doc.submitOp([{ p: ['age'], na: 2 }])
    await settled(doc)
    assert.deepEqual([doc.version, doc.data], [3, { age: 7 }])
    doc.preventCompose = false
    doc.submitOp([{ p: ['age'], na: 1 }])
    doc.submitOp([{ p: ['age'], na: 1 }])
    await settled(doc)
    assert.deepEqual([doc.version, doc.data], [4, { age: 9 }])
  },

  async 'a document that this client knows cannot be created again' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 3 })
    await refused(call(doc, 'create', { age: 4 }), 'ERR_DOC_ALREADY_CREATED')
    assert.deepEqual([doc.version, doc.data], [1, { age: 3 }])
  },

  async 'creating what exists unseen fails, and fetches it' (world) {
    const [one, other] = (await world.openAll(2)).map((client) => client.doc())
    await call(one, 'create', { age: 3 })
    await refused(call(other, 'create', { age: 9 }), 'ERR_DOC_ALREADY_CREATED')
    assert.deepEqual([other.version, other.data], [1, { age: 3 }])
  },

  async 'of two creates at the same version the second is refused' (world) {
    const docs = (await world.openAll(2)).map((client) => client.doc())
    for (const doc of docs) await call(doc, 'fetch')
    const results = await Promise.allSettled([
      call(docs[0], 'create', { by: 'one' }), call(docs[1], 'create', { by: 'other' })
    ])
    assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
    const { reason } = results.find(({ status }) => status === 'rejected')
    assert.ok(['ERR_DOC_ALREADY_CREATED'].includes(reason.code), reason.code)
    assert.equal(docs[0].version, 1)
    assert.deepEqual(docs[0].data, docs[1].data)
  },

  async 'another connection fetches what was committed' (world) {
    const [one, other] = (await world.openAll(2)).map((client) => client.doc())
    await call(one, 'create', { age: 3 })
    await call(one, 'submitOp', [{ p: ['age'], na: 2 }])
    await call(other, 'fetch')
    assert.deepEqual([other.version, other.data], [2, { age: 5 }])
    await call(other, 'submitOp', [{ p: ['colour'], oi: 'grün' }])
    await call(one, 'fetch')
    assert.deepEqual([one.version, one.data], [3, { age: 5, colour: 'grün' }])
  },

  async 'an op made at an old version is transformed' (world) {
    const [one, other] = await fetched(world, { list: ['b'] })
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'a' }])
    await call(other, 'submitOp', [{ p: ['list', 1], li: 'c' }])
    assert.deepEqual(other.data, { list: ['a', 'b', 'c'] })
    assert.equal(other.version, 3)
  },

  async 'ops at once on one path end alike everywhere' (world) {
    const docs = await world.docs(3, { text: 'é😀x', list: [], n: 0 })
    await Promise.all(docs.flatMap((doc, index) => [
      call(doc, 'submitOp', [{ p: ['text', 3], si: `<${index}>` }]),
      call(doc, 'submitOp', [{ p: ['list', 0], li: index }, { p: ['n'], na: 1 }]),
      call(doc, 'submitOp', [{ p: ['key'], oi: index }])
    ]))
    await until(() => docs.every((doc) => doc.version === docs[0].version && doc.version > 3), 'one version')
    for (const doc of docs) assert.deepEqual(doc.data, docs[0].data)
    assert.equal(docs[0].data.n, 3)
    assert.equal(docs[0].data.text.length, 4 + 9)
    assert.deepEqual([...docs[0].data.list].sort(), [0, 1, 2])
  },

  async 'ops at once on different paths all stay' (world) {
    const docs = await world.docs(4, {})
    await Promise.all(docs.map((doc, index) => call(doc, 'submitOp', [{ p: [`k${index}`], oi: index }])))
    await until(() => docs.every((doc) => doc.version === 5), 'every op')
    for (const doc of docs) assert.deepEqual(doc.data, { k0: 0, k1: 1, k2: 2, k3: 3 })
  },

  async 'two inserts at one index keep the order of their commits' (world) {
    const [one, other] = await fetched(world, { list: [] })
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'first' }])
    await call(other, 'submitOp', [{ p: ['list', 0], li: 'second' }])
    await call(one, 'fetch')
    assert.deepEqual(one.data, { list: ['second', 'first'] })
    assert.deepEqual(other.data, one.data)
  },

  async 'identical ops of two clients are both committed' (world) {
    const [one, other] = await fetched(world, { list: [] })
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'same' }])
    await call(other, 'submitOp', [{ p: ['list', 0], li: 'same' }])
    assert.deepEqual([other.version, other.data], [3, { list: ['same', 'same'] }])
  },

  async 'an object that somebody deletes takes the ops beneath it along' (world) {
    const [one, other] = await fetched(world, { box: { a: 1 }, rest: 1 })
    await call(one, 'submitOp', [{ p: ['box'], od: { a: 1 } }])
    await call(other, 'submitOp', [{ p: ['box', 'b'], oi: 2 }])
    await call(other, 'fetch')
    await call(one, 'fetch')
    assert.deepEqual(one.data, { rest: 1 })
    assert.deepEqual([other.data, other.version], [one.data, one.version])
  },

  async 'an item moves while another client edits it' (world) {
    const [one, other] = await fetched(world, { list: [{ n: 1 }, { n: 2 }, { n: 3 }] })
    await call(one, 'submitOp', [{ p: ['list', 0], lm: 2 }])
    await call(other, 'submitOp', [{ p: ['list', 0, 'n'], na: 10 }])
    await call(one, 'fetch')
    assert.deepEqual(one.data, { list: [{ n: 2 }, { n: 3 }, { n: 11 }] })
    assert.deepEqual(other.data, one.data)
  },

  async 'two deletes at once both succeed' (world) {
    const docs = await fetched(world, { age: 3 })
    await call(docs[0], 'del')
    await call(docs[1], 'del')
    await call(docs[0], 'fetch')
    for (const doc of docs) assert.deepEqual([doc.version, doc.data, doc.type], [3, undefined, null])
  },

  async 'a delete that waits goes over the ops of others' (world) {
    const [one, other] = await world.docs(2, { age: 3 })
    other.pause()
    other.del()
    await call(one, 'submitOp', [{ p: ['age'], na: 1 }])
    await until(() => other.version === 2, 'the op')
    assert.equal(other.data, undefined)
    other.resume()
    await settled(other)
    await until(() => one.version === 3, 'the delete')
    assert.deepEqual([one.data, other.data, other.version], [undefined, undefined, 3])
  },

  async 'a delete that waits goes over the delete of another' (world) {
    const [one, other] = await world.docs(2, { age: 3 })
    other.pause()
    other.del()
    await call(one, 'del')
    await until(() => other.version === 2, 'the delete')
    other.resume()
    await settled(other)
    assert.deepEqual([other.version, other.data, other.type], [3, undefined, null])
  },

  async 'an op on what somebody deleted is refused' (world) {
    const [one, other] = await fetched(world, { age: 3 })
    await call(one, 'del')
    await refused(call(other, 'submitOp', [{ p: ['age'], na: 1 }]), 'ERR_DOC_WAS_DELETED')
    await call(other, 'fetch')
    assert.deepEqual([other.version, other.data], [2, undefined])
  },

  async 'an op that waits is refused when the delete arrives' (world) {
    const [one, other] = await world.docs(2, { age: 3 })
    other.pause()
    const waiting = refused(call(other, 'submitOp', [{ p: ['age'], na: 1 }]), 'ERR_DOC_WAS_DELETED')
    await call(one, 'del')
    await waiting
    assert.deepEqual([other.version, other.data], [2, undefined])
  },

  async 'an op that waits is refused when the document was created anew' (world) {
    const [one, other] = await fetched(world, { age: 3 })
    await call(one, 'del')
    await call(one, 'create', { age: 5 })
    await refused(call(other, 'submitOp', [{ p: ['age'], na: 1 }]))
    await call(other, 'fetch')
    assert.deepEqual([other.version, other.data], [3, { age: 5 }])
  },

  async 'another client creates what was deleted' (world) {
    const [one, other] = (await world.openAll(2)).map((client) => client.doc())
    await call(one, 'create', { age: 3 })
    await call(one, 'del')
    await call(other, 'create', { age: 5 })
    assert.deepEqual([other.version, other.data], [3, { age: 5 }])
  },

  async 'a paused document sends nothing until it is resumed' (world) {
    const client = world.open()
    const doc = client.doc()
    await call(doc, 'create', { age: 1 })
    doc.pause()
    const done = call(doc, 'submitOp', [{ p: ['age'], na: 2 }])
    await client.ping()
    assert.deepEqual([client.frames('op', client.sent).length, doc.hasWritePending()], [1, true])
    doc.resume()
    await done
    assert.deepEqual([doc.version, doc.data], [2, { age: 3 }])
    doc.resume()
  },

  async 'ops that wait are transformed by those of others' (world) {
    const [one, other] = await world.docs(2, { text: '' })
    other.pause()
    other.submitOp([{ p: ['text', 0], si: 'B' }])
    other.submitOp([{ p: ['extra'], oi: 'é' }])
    await call(one, 'submitOp', [{ p: ['text', 0], si: 'A😀' }])
    await until(() => other.version === 2, 'the op')
    other.resume()
    await settled(other)
    await until(() => one.version === 3, 'the ops that waited')
    assert.deepEqual(one.data, other.data)
    assert.equal(one.data.extra, 'é')
    assert.equal(one.data.text.length, 4)
  },

  async 'who is behind gets what is missing before the acknowledgement' (world) {
    const [one, other] = await fetched(world, { list: [] })
    for (const item of ['ä', 'b', 'c']) await call(one, 'submitOp', [{ p: ['list', 0], li: item }])
    const client = world.client(other)
    client.sent.length = client.received.length = 0
    await call(other, 'submitOp', [{ p: ['n'], oi: 1 }])
    assert.deepEqual([other.version, other.data], [5, { list: ['c', 'b', 'ä'], n: 1 }])
    assert.deepEqual(client.sent.map(({ a }) => a), ['op'])
    assert.deepEqual(client.frames('op').map(({ v }) => v), [1, 2, 3, 4])
  },

  async 'an empty op counts as a version' (world) {
    const [one, other] = await world.docs(2, { age: 3 })
    await call(one, 'submitOp', [])
    await call(one, 'submitOp', [{ p: ['age'], na: 1 }])
    await until(() => other.version === one.version, 'both at one version')
    assert.deepEqual([one.data, other.data], [{ age: 4 }, { age: 4 }])
  },

  async 'an op that others have made void is acknowledged' (world) {
    const [one, other] = await fetched(world, { list: ['only'] })
    await call(one, 'submitOp', [{ p: ['list', 0], ld: 'only' }])
    await call(other, 'submitOp', [{ p: ['list', 0], ld: 'only' }])
    await call(other, 'submitOp', [{ p: ['list', 0], li: 'new' }])
    await call(one, 'fetch')
    assert.deepEqual([one.data, other.data], [{ list: ['new'] }, { list: ['new'] }])
    assert.equal(one.version, other.version)
  },

  async 'a message with neither op, create nor delete is refused' (world) {
    const doc = world.open().doc()
    await call(doc, 'create', { age: 5 })
    await refused(call(doc, '_submit', {}, null))
  },

  async 'a type that nobody knows is refused' (world) {
    const client = await world.open().connected()
    const answer = await client.ask({
      a: 'op', c: world.collection, d: 'd', v: 0, seq: 1, x: {}, create: { type: 'http://example.org/ünknown', data: 1 }
    })
    // npm's server drops the name that it does not know and then misses it.
    assert.ok(['ERR_DOC_TYPE_NOT_RECOGNIZED', 'ERR_OT_OP_BADLY_FORMED'].includes(answer.error.code))
  },

  async 'a sequence number beyond all bounds is refused' (world) {
    const client = world.open()
    await call(client.doc(), 'create', { age: 3 })
    const answer = await client.ask({
      a: 'op', c: world.collection, d: 'd', v: 1, seq: Number.MAX_SAFE_INTEGER, x: {}, op: [{ p: ['age'], na: 2 }]
    }, ({ error }) => error)
    assert.equal(answer.error.code, 'ERR_CONNECTION_SEQ_INTEGER_OVERFLOW')
    assert.equal(world.takeErrors().length, 1)
  },

  async 'the source of an edit is taken and not passed on' (world) {
    const [one, other] = await world.docs(2, { age: 3 })
    one.submitSource = true
    await call(one, 'submitOp', [{ p: ['age'], na: 1 }], { source: { tool: 'größe' } })
    await until(() => other.version === 2, 'the op')
    const pushed = world.client(other).frames('op').at(-1)
    assert.deepEqual(Object.keys(pushed).sort(), ['a', 'c', 'd', 'op', 'seq', 'src', 'v'])
  }
}
