// Snapshots of the past, by version and by time.
import assert from 'node:assert/strict'
import { call, refused, settled } from './world.mjs'

const JSON0 = 'http://sharejs.org/types/JSONv0'

/** A document of three versions; returns its client and the time after each version. */
async function versions (world) {
  const client = await world.open().connected()
  const doc = client.doc()
  const times = [Date.now()]
  const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
  for (const act of [
    () => call(doc, 'create', { title: 'Größe' }),
    () => call(doc, 'submitOp', [{ p: ['author'], oi: 'Zoë' }]),
    () => call(doc, 'submitOp', [{ p: ['author'], od: 'Zoë', oi: '日本' }])
  ]) {
    await pause()
    await act()
    await pause()
    times.push(Date.now())
  }
  return { client, times }
}

const at = (client, version, id = 'd', collection = client.world.collection) => (
  call(client.connection, 'fetchSnapshot', collection, id, version)
)
const then = (client, time, id = 'd') => (
  call(client.connection, 'fetchSnapshotByTimestamp', client.world.collection, id, time)
)
const STATES = [undefined, { title: 'Größe' }, { title: 'Größe', author: 'Zoë' }, { title: 'Größe', author: '日本' }]

export default {
  async 'each version is fetched as it was' (world) {
    const { client } = await versions(world)
    for (const version of [1, 2, 3]) {
      const snapshot = await at(client, version)
      assert.deepEqual([snapshot.v, snapshot.type, snapshot.data], [version, JSON0, STATES[version]])
      assert.equal(snapshot.id, 'd')
    }
  },

  async 'version 0 is empty' (world) {
    const { client } = await versions(world)
    const snapshot = await at(client, 0)
    assert.deepEqual([snapshot.v, snapshot.type, snapshot.data], [0, null, undefined])
  },

  async 'no version means the last one' (world) {
    const { client } = await versions(world)
    for (const version of [null, undefined]) {
      const snapshot = await new Promise((resolve, reject) => {
        const done = (error, result) => error ? reject(error) : resolve(result)
        if (version === undefined) client.connection.fetchSnapshot(world.collection, 'd', done)
        else client.connection.fetchSnapshot(world.collection, 'd', version, done)
      })
      assert.deepEqual([snapshot.v, snapshot.data], [3, STATES[3]])
    }
  },

  async 'a version that does not exist yet is refused' (world) {
    const { client } = await versions(world)
    await refused(at(client, 4))
    await refused(at(client, 2 ** 40))
  },

  async 'versions that are none are refused by the client' (world) {
    const { client } = await versions(world)
    for (const version of [-1, 'é']) assert.throws(() => client.connection.fetchSnapshot(world.collection, 'd', version, () => {}))
  },

  async 'a document that was never created has an empty snapshot' (world) {
    const client = await world.open().connected()
    const snapshot = await at(client, null, 'größe')
    assert.deepEqual([snapshot.v, snapshot.type, snapshot.data], [0, null, undefined])
  },

  async 'the history of a deleted document is there' (world) {
    const { client } = await versions(world)
    await call(client.doc(), 'del')
    const gone = await at(client, null)
    assert.deepEqual([gone.v, gone.type, gone.data], [4, null, undefined])
    assert.deepEqual((await at(client, 2)).data, STATES[2])
  },

  async 'a document that was created again is what it is now' (world) {
    const { client } = await versions(world)
    await call(client.doc(), 'del')
    await call(client.doc(), 'create', { title: 'neu' })
    const snapshot = await at(client, null)
    assert.deepEqual([snapshot.v, snapshot.data], [5, { title: 'neu' }])
    assert.deepEqual((await at(client, 4)).type, null)
  },

  async 'a request is sent again after a reconnect and calls back once' (world) {
    const { client } = await versions(world)
    let calls = 0
    const done = at(client, 2).then((snapshot) => { calls++; return snapshot })
    await client.cut()
    await client.link()
    assert.deepEqual((await done).data, STATES[2])
    await settled(client.connection)
    assert.equal(calls, 1)
  },

  async 'a snapshot is no subscription and moves no document' (world) {
    const { client } = await versions(world)
    await at(client, 1)
    assert.deepEqual([client.doc().version, client.doc().data], [3, STATES[3]])
  },

  async 'a time between two versions means the earlier one' (world) {
    const { client, times } = await versions(world)
    for (const version of [1, 2, 3]) {
      const snapshot = await then(client, times[version])
      assert.deepEqual([snapshot.v, snapshot.data], [version, STATES[version]])
    }
  },

  async 'a time before the document is empty' (world) {
    const { client, times } = await versions(world)
    const snapshot = await then(client, times[0] - 1000)
    assert.deepEqual([snapshot.v, snapshot.type, snapshot.data], [0, null, undefined])
  },

  async 'a time to come, and none, mean the last version' (world) {
    const { client } = await versions(world)
    assert.deepEqual((await then(client, Date.now() + 60_000)).v, 3)
    assert.deepEqual((await then(client, null)).data, STATES[3])
  },

  async 'times that are none are refused by the client' (world) {
    const { client } = await versions(world)
    for (const time of [-1, 'é']) assert.throws(() => client.connection.fetchSnapshotByTimestamp(world.collection, 'd', time, () => {}))
  }
}
