// What is sent again after a lost answer is done once, whatever others did meanwhile.
import assert from 'node:assert/strict'
import { call, refused, settled, until } from './world.mjs'

const isOwn = (client) => (frame) => frame.a === 'op' && frame.src === client.connection.id

export default {
  async 'a create whose answer was lost is done once' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    let done
    await client.loseAnswer(isOwn(client), () => { done = call(doc, 'create', { age: 3 }) })
    await client.link()
    await done
    assert.deepEqual([doc.version, doc.data], [1, { age: 3 }])
    assert.equal(client.frames('op', client.sent).length, 2)
  },

  async 'a create that was lost on its way is done after the reconnect' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    await client.cut()
    const done = call(doc, 'create', { age: 3 })
    await client.link()
    await done
    assert.deepEqual([doc.version, doc.data], [1, { age: 3 }])
  },

  async 'a create is acknowledged although the document was deleted since' (world) {
    const [client, other] = await world.openAll(2)
    const doc = client.doc()
    await call(doc, 'fetch')
    let done
    await client.loseAnswer(isOwn(client), () => { done = call(doc, 'create', { age: 3 }) })
    await call(other.doc(), 'fetch')
    await call(other.doc(), 'del')
    await client.link()
    await done
    await call(doc, 'fetch')
    assert.deepEqual([doc.version, doc.data, doc.type], [2, undefined, null])
  },

  async 'a create sent again over a deleted document starts at its version' (world) {
    const [client, other] = await world.openAll(2)
    await call(other.doc(), 'create', { age: 3 })
    await call(other.doc(), 'del')
    await client.cut()
    const done = call(client.doc(), 'create', { age: 4 })
    await client.link()
    await done
    assert.deepEqual([client.doc().version, client.doc().data], [3, { age: 4 }])
  },

  async 'a delete whose answer was lost is done once' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    await call(doc, 'create', { age: 3 })
    let done
    await client.loseAnswer(isOwn(client), () => { done = call(doc, 'del') })
    await client.link()
    await done
    assert.deepEqual([doc.version, doc.data], [2, undefined])
  },

  async 'an op whose answer was lost is done once' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    await call(doc, 'create', { n: 0 })
    let done
    await client.loseAnswer(isOwn(client), () => { done = call(doc, 'submitOp', [{ p: ['n'], na: 1 }]) })
    await client.link()
    await done
    await call(doc, 'fetch')
    assert.deepEqual([doc.version, doc.data], [2, { n: 1 }])
  },

  async 'an op whose answer was lost is done once although others went on' (world) {
    const [client, other] = await world.openAll(2)
    const [doc, theirs] = [client.doc(), other.doc()]
    await call(doc, 'create', { n: 0, list: [] })
    await call(doc, 'subscribe')
    await call(theirs, 'subscribe')
    let done
    await client.loseAnswer(isOwn(client), () => { done = call(doc, 'submitOp', [{ p: ['n'], na: 1 }]) })
    for (const item of ['ä', 'b']) await call(theirs, 'submitOp', [{ p: ['list', 0], li: item }])
    const behind = call(doc, 'submitOp', [{ p: ['list', 0], li: 'mine' }])
    await client.link()
    await Promise.all([done, behind])
    await until(() => doc.version === 5 && theirs.version === 5, 'everything')
    assert.deepEqual(doc.data, theirs.data)
    assert.deepEqual([doc.data.n, [...doc.data.list].sort()], [1, ['b', 'mine', 'ä']])
    const numbers = client.frames('op', client.sent).filter(({ op }) => op?.[0].na).map(({ seq }) => seq)
    assert.equal(new Set(numbers).size, 1)
  },

  async 'the same frame twice on one connection is acknowledged twice and done once' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    await call(doc, 'create', { n: 0 })
    await call(doc, 'submitOp', [{ p: ['n'], na: 1 }])
    const frame = client.frames('op', client.sent).at(-1)
    const answer = await client.ask(frame)
    assert.deepEqual([answer.error, answer.v, answer.seq], [undefined, 1, frame.seq])
    const [other] = await world.openAll(1)
    await call(other.doc(), 'fetch')
    assert.deepEqual([other.doc().version, other.doc().data], [2, { n: 1 }])
  },

  async 'ops made offline are sent after the reconnect' (world) {
    const [doc, theirs] = await world.docs(2, { list: ['é'] })
    const client = world.client(doc)
    await client.cut()
    doc.submitOp([{ p: ['list', 1], li: 'offline' }])
    doc.preventCompose = true
    const done = call(doc, 'submitOp', [{ p: ['name'], oi: 'Zoë' }])
    await call(theirs, 'submitOp', [{ p: ['list', 0], li: 'before' }])
    await client.link()
    await done
    await until(() => doc.version === 4 && theirs.version === 4, 'everything')
    assert.deepEqual(doc.data, { list: ['before', 'é', 'offline'], name: 'Zoë' })
    assert.deepEqual(theirs.data, doc.data)
  },

  async 'connections lost again and again lose and double nothing' (world) {
    const [doc, theirs] = await world.docs(2, { n: 0, list: [] })
    const client = world.client(doc)
    doc.preventCompose = true
    for (let round = 0; round < 6; round++) {
      const done = []
      await client.loseAnswer(isOwn(client), () => {
        done.push(call(doc, 'submitOp', [{ p: ['list', 0], li: round }]))
        done.push(call(doc, 'submitOp', [{ p: ['n'], na: 1 }]))
      })
      await call(theirs, 'submitOp', [{ p: ['n'], na: 100 }])
      await client.link()
      await Promise.all(done)
    }
    await until(() => doc.version === theirs.version && doc.version === 19, 'every op')
    assert.deepEqual([doc.data.n, doc.data.list], [606, [5, 4, 3, 2, 1, 0]])
    assert.deepEqual(theirs.data, doc.data)
  },

  async 'an op that waits while offline is refused if the document is gone' (world) {
    const [doc, theirs] = await world.docs(2, { n: 0 })
    const client = world.client(doc)
    await client.cut()
    const waiting = refused(call(doc, 'submitOp', [{ p: ['n'], na: 1 }]), 'ERR_DOC_WAS_DELETED')
    await call(theirs, 'del')
    await client.link()
    await waiting
    await settled(doc)
    assert.equal(doc.data, undefined)
  },

  // The client takes its own op for somebody else's when it comes back paused, because nothing is in
  // flight then, and sends it again at a version behind it. npm's server does it twice.
  async 'a document that is paused when an answer is lost does its op once' (world) {
    const [doc, theirs] = await world.docs(2, { list: [], n: 0 })
    const client = world.client(doc)
    let done
    await client.loseAnswer(isOwn(client), () => {
      done = call(doc, 'submitOp', [{ p: ['list', 0], li: 'é' }, { p: ['n'], na: 1 }])
    })
    doc.pause()
    await client.link()
    await until(() => doc.version === 2, 'its own op')
    doc.resume()
    await done
    await call(doc, 'submitOp', [{ p: ['name'], oi: 'Zoë' }])
    await until(() => theirs.version === doc.version, 'everything')
    assert.deepEqual(doc.data, theirs.data)
    assert.deepEqual([doc.data.list, doc.data.n], world.isReference ? [['é', 'é'], 2] : [['é'], 1])
  },

  async 'id and sequence numbers outlive the connection' (world) {
    const client = await world.open().connected()
    await call(client.doc(), 'create', { n: 0 })
    const { id, seq } = client.connection
    await client.relink()
    assert.deepEqual([client.connection.id, client.connection.seq], [id, seq])
    await call(client.doc(), 'submitOp', [{ p: ['n'], na: 1 }])
    assert.deepEqual(client.frames('op').map(({ src }) => src), [id, id])
  }
}
