// Documents as objects of the client: events, callbacks, and keys that must never come in.
import assert from 'node:assert/strict'
import { call, next, refused, settled, until } from './world.mjs'

const frameOf = (world, fields) => ({ a: 'op', c: world.collection, d: 'd', seq: 1, x: {}, ...fields })

export default {
  async 'the same document is returned until it is destroyed' (world) {
    const client = world.open()
    const doc = client.doc()
    assert.equal(client.doc(), doc)
    await call(doc, 'destroy')
    assert.notEqual(client.doc(), doc)
  },

  async 'fetches in quick succession are one' (world) {
    const client = await world.open().connected()
    const doc = client.doc()
    await Promise.all([call(doc, 'fetch'), call(doc, 'fetch'), call(doc, 'fetch')])
    assert.equal(client.frames('f', client.sent).length, 1)
  },

  async 'callbacks come in the order of the calls' (world) {
    const [doc] = await world.docs(1, { n: 0 })
    const order = []
    const tell = (what) => () => order.push(what)
    doc.fetch(tell('fetch'))
    doc.submitOp([{ p: ['n'], na: 1 }], tell('op'))
    doc.fetch(tell('fetch'))
    await settled(doc)
    assert.deepEqual([...order].sort(), ['fetch', 'fetch', 'op'])
    assert.equal(doc.data.n, 1)
  },

  async 'an op of several components tells each component' (world) {
    const [one, other] = await world.docs(2, { list: ['é'], n: 0 })
    const events = []
    let batches = 0
    other.on('op', (op) => events.push(op))
    other.on('op batch', () => batches++)
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'ä' }, { p: ['n'], na: 1 }, { p: ['x'], oi: 1 }])
    await until(() => other.version === 2, 'the op')
    assert.deepEqual(events, [[{ p: ['list', 0], li: 'ä' }], [{ p: ['n'], na: 1 }], [{ p: ['x'], oi: 1 }]])
    assert.equal(batches, 1)
  },

  async 'an op that a handler submits goes over the rest of the remote one' (world) {
    const [one, other] = await world.docs(2, { list: [] })
    other.once('op', () => other.submitOp([{ p: ['list', 0], li: 'reaction' }]))
    await call(one, 'submitOp', [{ p: ['list', 0], li: 'a' }, { p: ['list', 1], li: 'b' }])
    await until(() => one.version === 3 && other.version === 3, 'the reaction')
    assert.deepEqual(other.data, { list: ['reaction', 'a', 'b'] })
    assert.deepEqual(one.data, other.data)
  },

  async 'ops submitted in a callback are sent' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    const done = call(one, 'submitOp', [{ p: ['n'], na: 1 }]).then(() => call(one, 'submitOp', [{ p: ['n'], na: 1 }]))
    await done
    await until(() => other.version === 3, 'both ops')
    assert.deepEqual(other.data, { n: 2 })
  },

  async 'a load event tells of the first snapshot only' (world) {
    const [one] = await world.docs(1, { n: 0 })
    const other = world.open().doc()
    let loads = 0
    other.on('load', () => loads++)
    await call(other, 'subscribe')
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => other.version === 2, 'the op')
    assert.equal(loads, 1)
  },

  async 'destroying waits for what is pending' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    one.submitOp([{ p: ['n'], na: 1 }])
    await call(one, 'destroy')
    await until(() => other.version === 2, 'the op')
    assert.deepEqual(other.data, { n: 1 })
  },

  async 'names that would reach an object prototype are refused' (world) {
    const client = await world.open().connected()
    for (const name of ['__proto__', 'constructor']) {
      for (const fields of [{ c: name }, { d: name }]) {
        const answer = await client.ask(frameOf(world, { v: 0, create: { type: 'json0', data: {} }, ...fields }))
        assert.ok(answer.error, `${JSON.stringify(fields)} was taken`)
      }
    }
  },

  async 'paths that would reach an object prototype are refused and change nothing' (world) {
    const [doc] = await world.docs(1, { a: {}, list: [{}] })
    const raw = await world.open().connected()
    const paths = [['__proto__', 'x'], ['a', '__proto__', 'x'], ['list', 0, '__proto__'], ['a', 'constructor', 'x']]
    for (const [index, p] of paths.entries()) {
      const answer = await raw.ask(frameOf(world, { v: 1, seq: index + 1, op: [{ p, oi: 'spoilt' }] }))
      assert.ok(answer.error, `${p} was taken`)
    }
    await call(doc, 'submitOp', [{ p: ['a', 'ok'], oi: true }])
    assert.deepEqual([doc.version, doc.data], [2, { a: { ok: true }, list: [{}] }])
    assert.equal({}.x, undefined)
  },

  async 'ops of the wrong shape are refused and change nothing' (world) {
    const [doc] = await world.docs(1, { a: {}, n: 1 })
    const raw = await world.open().connected()
    const ops = [[null], [7], ['text'], [{}], [{ p: 'a', oi: 1 }], { p: ['n'] }, 'op']
    // npm's server adds a text to a number and makes a text of it.
    if (!world.isReference) ops.push([{ p: ['n'], na: 'é' }])
    for (const [index, op] of ops.entries()) {
      const answer = await raw.ask(frameOf(world, { v: 1, seq: index + 1, op }), (frame) => frame.error || frame.seq === index + 1)
      assert.ok(answer.error, `${JSON.stringify(op)} was taken`)
      assert.ok(answer.error.code && answer.error.message, JSON.stringify(answer))
    }
    await call(doc, 'submitOp', [{ p: ['n'], na: 1 }])
    assert.deepEqual([doc.version, doc.data], [2, { a: {}, n: 2 }])
  },

  async 'a refused op is answered by the whole request and an error' (world) {
    const [doc] = await world.docs(1, { n: 1 })
    const raw = await world.open().connected()
    const frame = frameOf(world, { v: 7, op: [{ p: ['n'], na: 1 }] })
    const { error, ...echo } = await raw.ask(frame)
    assert.deepEqual(echo, frame)
    assert.deepEqual(Object.keys(error).sort(), ['code', 'message'])
    assert.equal(doc.version, 1)
  },

  async 'a local op that json0 cannot read is refused by the client' (world) {
    const [doc] = await world.docs(1, { n: 1 })
    await refused(call(doc, 'submitOp', [{ p: ['n', 'deep', 'er'], oi: 1 }]))
    await settled(doc)
    await call(doc, 'submitOp', [{ p: ['n'], na: 1 }])
    assert.deepEqual(doc.data, { n: 2 })
  },

  async 'values of every kind of JSON come back as they went' (world) {
    const value = {
      text: 'Zoë 日本 😀 \u2028 "\\', zero: 0, minus: -1.5, big: 2 ** 53 - 1, small: 1e-7, yes: true, no: false,
      nothing: null, list: [[], {}, [null], ['é']], 'schlüssel mit leer': { '': '' }
    }
    const [one, other] = await world.docs(2, value)
    assert.deepEqual(other.data, value)
    await call(one, 'submitOp', [{ p: ['more'], oi: value }])
    await until(() => other.version === 2, 'the op')
    assert.deepEqual(other.data.more, value)
    const [third] = await world.openAll(1)
    await call(third.doc(), 'fetch')
    assert.deepEqual(third.doc().data, { ...value, more: value })
  },

  async 'many components in one op arrive as one' (world) {
    const [one, other] = await world.docs(2, { list: [] })
    const op = Array.from({ length: 300 }, (_, index) => ({ p: ['list', index], li: `é${index}` }))
    await call(one, 'submitOp', op)
    await until(() => other.version === 2, 'the op')
    assert.equal(other.data.list.length, 300)
    assert.deepEqual(other.data, one.data)
  },

  async 'a document is left and opened again by one connection' (world) {
    const [one, other] = await world.docs(2, { n: 0 })
    const client = world.client(other)
    await call(other, 'destroy')
    const again = client.doc()
    const loaded = next(again, 'load')
    again.subscribe()
    await loaded
    await call(one, 'submitOp', [{ p: ['n'], na: 1 }])
    await until(() => again.version === 2, 'the op')
    assert.deepEqual(again.data, { n: 1 })
  }
}
