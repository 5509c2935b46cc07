// Fetching and subscribing, alone and in bulk, and what ends a subscription.
import assert from 'node:assert/strict'
import { call, settled, until } from './world.mjs'

const data = (docs) => docs.map((doc) => doc.data)

/** Call *act* within one bulk and wait for every promise that it returns. */
async function bulk (client, act) {
  client.connection.startBulk()
  const all = Promise.all(act())
  client.connection.endBulk()
  return all
}

/** Both ways of getting a document. */
function both (tests) {
  return Object.fromEntries(['fetch', 'subscribe'].flatMap((method) => (
    Object.entries(tests).map(([title, test]) => [`${method}: ${title}`, (world) => test(world, method)])
  )))
}

export default {
  ...both({
    async 'gets the document as it is' (world, method) {
      const [one, other] = (await world.openAll(2)).map((client) => client.doc())
      await call(one, 'create', { 'größe': 3 })
      await call(other, method)
      assert.deepEqual([other.version, other.data, other.subscribed], [1, { 'größe': 3 }, method === 'subscribe'])
    },

    async 'twice at once calls back twice' (world, method) {
      const [one, other] = (await world.openAll(2)).map((client) => client.doc())
      await call(one, 'create', { age: 3 })
      await Promise.all([call(other, method), call(other, method)])
      assert.deepEqual(other.data, { age: 3 })
    },

    async 'in bulk gets several documents by one message' (world, method) {
      const [one, other] = await world.openAll(2)
      for (const id of ['fido', 'größe', 'finn']) await call(one.doc(id), 'create', { id })
      const docs = ['fido', 'größe', 'finn', 'nobody'].map((id) => other.doc(id))
      await bulk(other, () => docs.map((doc) => call(doc, method)))
      assert.deepEqual(data(docs), [{ id: 'fido' }, { id: 'größe' }, { id: 'finn' }, undefined])
      assert.deepEqual(docs.map(({ version }) => version), [1, 1, 1, 0])
      const action = `b${method[0]}`
      assert.deepEqual(other.frames(action, other.sent).map(({ b }) => b), [['fido', 'größe', 'finn', 'nobody']])
    },

    async 'in bulk twice on one document calls back twice' (world, method) {
      const [one, other] = await world.openAll(2)
      await call(one.doc(), 'create', { age: 3 })
      const doc = other.doc()
      await bulk(other, () => [call(doc, method), call(doc, method)])
      assert.deepEqual(doc.data, { age: 3 })
    },

    async 'in bulk from known versions gets the ops' (world, method) {
      const [one, other] = await world.openAll(2)
      const ids = ['a', 'b', 'c']
      for (const id of ids) await call(one.doc(id), 'create', { n: 0 })
      for (const id of ids) await call(other.doc(id), 'fetch')
      await call(one.doc('a'), 'submitOp', [{ p: ['n'], na: 1 }])
      await call(one.doc('c'), 'submitOp', [{ p: ['n'], na: 1 }])
      await call(one.doc('c'), 'submitOp', [{ p: ['n'], na: 1 }])
      const docs = ids.map((id) => other.doc(id))
      await bulk(other, () => docs.map((doc) => call(doc, method)))
      assert.deepEqual(data(docs), [{ n: 1 }, { n: 0 }, { n: 2 }])
      assert.deepEqual(other.frames(`b${method[0]}`, other.sent)[0].b, { a: 1, b: 1, c: 1 })
    },

    async 'in bulk over two collections asks for each' (world, method) {
      const [one, other] = await world.openAll(2)
      const second = `${world.collection}-2`
      await call(one.doc('a'), 'create', { n: 1 })
      await call(one.doc('a', second), 'create', { n: 2 })
      const docs = [other.doc('a'), other.doc('b'), other.doc('a', second), other.doc('b', second)]
      await bulk(other, () => docs.map((doc) => call(doc, method)))
      assert.deepEqual(data(docs), [{ n: 1 }, undefined, { n: 2 }, undefined])
    },

    async 'again gets the ops since' (world, method) {
      const [one, other] = (await world.openAll(2)).map((client) => client.doc())
      await call(one, 'create', { age: 3 })
      await call(other, 'fetch')
      await call(one, 'submitOp', [{ p: ['age'], na: 1 }])
      await call(one, 'submitOp', [{ p: ['name'], oi: '日本' }])
      await call(other, method)
      assert.deepEqual([other.version, other.data], [3, { age: 4, name: '日本' }])
    },

    async 'again gets a delete and a create' (world, method) {
      const [one, other] = (await world.openAll(2)).map((client) => client.doc())
      await call(one, 'create', { age: 3 })
      await call(other, 'fetch')
      await call(one, 'del')
      await call(one, 'create', { age: 9 })
      await call(other, method)
      assert.deepEqual([other.version, other.data], [3, { age: 9 }])
    },

    async 'calls back after a reconnect' (world, method) {
      const [one, other] = await world.openAll(2)
      await call(one.doc(), 'create', { age: 3 })
      const doc = other.doc()
      const done = call(doc, method)
      await other.cut()
      await other.link()
      await done
      assert.deepEqual(doc.data, { age: 3 })
    },

    async 'calls back while ops wait' (world, method) {
      const [one, other] = (await world.openAll(2)).map((client) => client.doc())
      await call(one, 'create', { age: 3 })
      await call(other, 'fetch')
      other.pause()
      other.submitOp([{ p: ['age'], na: 1 }])
      await call(other, method)
      assert.equal(other.data.age, 4)
    },

    async 'waits for the create of this client' (world, method) {
      const doc = world.open().doc()
      doc.create({ age: 3 })
      await call(doc, method)
      assert.deepEqual([doc.version, doc.data], [1, { age: 3 }])
    }
  }),

  async 'a bulk of nothing sends nothing' (world) {
    const client = await world.open().connected()
    const count = client.sent.length
    await bulk(client, () => [])
    assert.equal(client.sent.length, count)
  },

  async 'a subscriber sees creates, ops and deletes of others' (world) {
    const [one, other] = (await world.openAll(2)).map((client) => client.doc())
    await call(other, 'subscribe')
    const events = []
    other.on('create', (source) => events.push(['create', source]))
    other.on('op', (op, source) => events.push(['op', op, source]))
    other.on('del', (old, source) => events.push(['del', old, source]))
    await call(one, 'create', { age: 3 })
    await call(one, 'submitOp', [{ p: ['age'], na: 2 }])
    await call(one, 'del')
    await until(() => events.length === 3, 'three events')
    assert.deepEqual(events, [
      ['create', false], ['op', [{ p: ['age'], na: 2 }], false], ['del', { age: 5 }, false]
    ])
    assert.equal(other.version, 3)
  },

  async 'nothing arrives after a disconnect' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    await world.client(other).cut()
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    assert.deepEqual([other.version, other.data], [1, { n: 0 }])
  },

  async 'a reconnect brings what was missed, and what comes' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    const client = world.client(other)
    await client.cut()
    for (let count = 0; count < 3; count++) await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await client.link()
    await until(() => other.version === 4, 'what was missed')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => other.version === 5, 'what comes')
    assert.deepEqual(other.data, { n: 4 })
  },

  async 'a reconnect brings many documents back in bulk' (world) {
    const [one, other] = await world.openAll(2)
    const ids = ['a', 'é', '😀']
    for (const id of ids) await call(one.doc(id), 'create', { n: 0 })
    for (const id of ids) await call(other.doc(id), 'subscribe')
    await other.cut()
    for (const id of ids) await call(one.doc(id), 'submitOp', [{ p: ['n'], na: 1 }])
    await other.link()
    await until(() => ids.every((id) => other.doc(id).version === 2), 'every document')
    assert.equal(other.frames('bs', other.sent).length, 1)
    for (const id of ids) assert.deepEqual(other.doc(id).data, { n: 1 })
  },

  async 'nothing arrives after an unsubscribe' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    await call(other, 'unsubscribe')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await world.client(other).ping()
    assert.deepEqual([other.version, other.data, other.subscribed], [1, { n: 0 }, false])
    assert.equal(world.client(other).frames('op').length, 0)
  },

  async 'a bulk unsubscribe ends several subscriptions' (world) {
    const [one, other] = await world.openAll(2)
    const ids = ['a', 'b', 'c']
    for (const id of ids) await call(one.doc(id), 'create', { n: 0 })
    for (const id of ids) await call(other.doc(id), 'subscribe')
    await bulk(other, () => ['a', 'c'].map((id) => call(other.doc(id), 'unsubscribe')))
    for (const id of ids) await call(one.doc(id), 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => other.doc('b').version === 2, 'the op')
    await other.ping()
    assert.deepEqual(ids.map((id) => other.doc(id).version), [1, 2, 1])
  },

  async 'unsubscribing calls back at once when disconnected' (world) {
    const [doc] = await world.docs(1, { n: 0 })
    const client = world.client(doc)
    const done = call(doc, 'unsubscribe')
    await client.cut()
    await done
    await call(doc, 'unsubscribe')
    assert.equal(doc.subscribed, false)
  },

  async 'subscribe, unsubscribe, subscribe in one turn leaves a subscription' (world) {
    const [one, other] = (await world.openAll(2)).map((client) => client.doc())
    await call(one, 'create', { n: 0 })
    other.subscribe()
    other.unsubscribe()
    await call(other, 'subscribe')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => other.version === 2, 'the op')
    assert.equal(other.subscribed, true)
  },

  async 'a subscription follows one that was given up' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    await call(other, 'unsubscribe')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await call(other, 'subscribe')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => other.version === 3, 'both ops')
    assert.deepEqual(other.data, { n: 2 })
  },

  async 'a destroyed document hears nothing' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    await call(other, 'destroy')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    const client = world.client(other)
    await client.ping()
    assert.equal(client.frames('op').length, 0)
    assert.equal(client.connection.getExisting(other.collection, other.id), undefined)
  },

  async 'an op of the future makes the client fetch' (world) {
    const [one, other] = await world.docs(2, { list: [] })
    const client = world.client(other)
    // The next op never comes, as if the network had a hole; the one after shows the gap.
    client.isLost = (frame) => frame.a === 'op' && frame.v === 1
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'first' }])
    await until(() => client.dropped === 1, 'the lost op')
    client.isLost = () => false
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'second' }])
    await until(() => other.version === 3, 'both ops')
    assert.deepEqual(other.data, { list: ['second', 'first'] })
    assert.equal(client.frames('f', client.sent).length, 1)
  },

  async 'subscribed says what is so at once' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    assert.equal(doc.subscribed, false)
    const done = call(doc, 'subscribe')
    assert.equal(doc.subscribed, false)
    await done
    assert.equal(doc.subscribed, true)
    doc.unsubscribe()
    assert.equal(doc.subscribed, false)
    await call(doc, 'subscribe')
    await client.cut()
    assert.equal(doc.subscribed, false)
  },

  async 'an author that subscribes is not pushed its own op as another one' (world) {
    const [doc] = await world.docs(1, { n: 0 })
    let remote = 0
    doc.on('op', (op, source) => { if (!source) remote++ })
    for (let count = 0; count < 5; count++) await call(doc, 'submitOp', [{ p: ['n'], na: 1 }])
    await world.client(doc).ping()
    await settled(doc)
    assert.deepEqual([doc.data.n, doc.version, remote], [5, 6, 0])
  },

  async 'one connection reads two documents of one name in two collections' (world) {
    const [one, other] = await world.openAll(2)
    const second = `${world.collection}-2`
    await call(one.doc('d'), 'create', { n: 1 })
    await call(one.doc('d', second), 'create', { n: 2 })
    const docs = [other.doc('d'), other.doc('d', second)]
    for (const doc of docs) await call(doc, 'subscribe')
    await call(one.doc('d', second), 'submitOp', [{ p: ['n'], na: 40 }])
    await until(() => docs[1].version === 2, 'the op')
    assert.deepEqual(data(docs), [{ n: 1 }, { n: 42 }])
  }
}
