// A connection knows what it waits for.
import assert from 'node:assert/strict'
import { call, settled } from './world.mjs'

export default {
  async 'a new connection waits for nothing' (world) {
    const { connection } = await world.open().connected()
    assert.deepEqual([connection.hasPending(), connection.hasWritePending()], [false, false])
    await settled(connection)
  },

  async 'an op is pending until it is acknowledged' (world) {
    const client = await world.open().connected()
    client.doc().create({ n: 1 })
    assert.deepEqual([client.connection.hasPending(), client.connection.hasWritePending()], [true, true])
    await settled(client.connection)
    assert.deepEqual([client.doc().version, client.connection.hasPending()], [1, false])
  },

  async 'fetches and subscriptions are pending, and no writes' (world) {
    for (const method of ['fetch', 'subscribe']) {
      const client = await world.open().connected()
      client.doc()[method]()
      assert.deepEqual([client.connection.hasPending(), client.connection.hasWritePending()], [true, false])
      await settled(client.connection)
      assert.equal(client.doc().version, 0)
    }
  },

  async 'queries are pending, and no writes' (world) {
    for (const method of ['createFetchQuery', 'createSubscribeQuery']) {
      const client = await world.open().connected()
      client.connection[method](world.collection, {}, null)
      assert.deepEqual([client.connection.hasPending(), client.connection.hasWritePending()], [true, false])
      await settled(client.connection)
    }
  },

  async 'snapshot requests are pending' (world) {
    const client = await world.open().connected()
    await call(client.doc(), 'create', { n: 1 })
    client.connection.fetchSnapshot(world.collection, 'd', () => {})
    assert.equal(client.connection.hasPending(), true)
    await settled(client.connection)
    assert.equal(client.connection.hasPending(), false)
  },

  async 'two documents are waited for, and what a callback adds' (world) {
    const client = await world.open().connected()
    client.doc('a').create({ n: 1 }, () => client.doc('a').submitOp([{ p: ['n'], na: 1 }]))
    client.doc('b').create({ n: 1 })
    await settled(client.connection)
    assert.deepEqual([client.doc('a').version, client.doc('b').version], [2, 1])
  }
}
