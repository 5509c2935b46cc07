// Presence on a channel: who shows what to whom, and when it goes.
import assert from 'node:assert/strict'
import { call, next, until } from './world.mjs'

const of = (client, channel = client.world.collection) => client.connection.getPresence(channel)

/** Two clients that listen to one channel. */
async function listeners (world, count = 2) {
  const clients = await world.openAll(count)
  const presences = clients.map((client) => of(client))
  for (const presence of presences) await call(presence, 'subscribe')
  return { clients, presences }
}

const seen = ({ remotePresences }) => ({ ...remotePresences })
const shows = (presence, id, value) => until(
  () => JSON.stringify(presence.remotePresences[id]) === JSON.stringify(value), `${id} to be ${JSON.stringify(value)}`
)

export default {
  async 'what one shows the other sees' (world) {
    const { presences: [one, other] } = await listeners(world)
    const received = next(other, 'receive')
    await call(one.create('zoë'), 'submit', { cursor: 5, name: 'Zoë 😀' })
    assert.deepEqual(await received, ['zoë', { cursor: 5, name: 'Zoë 😀' }])
    assert.deepEqual(seen(other), { 'zoë': { cursor: 5, name: 'Zoë 😀' } })
  },

  async 'it changes and goes' (world) {
    const { presences: [one, other] } = await listeners(world)
    const local = one.create('a')
    await call(local, 'submit', 1)
    await call(local, 'submit', [2, 'é'])
    await shows(other, 'a', [2, 'é'])
    await call(local, 'submit', null)
    await until(() => !('a' in other.remotePresences), 'the presence to go')
  },

  async 'who came later is shown what is there' (world) {
    const { presences: [one] } = await listeners(world, 1)
    await call(one.create('a'), 'submit', 'hier')
    const late = of(await world.open().connected())
    await call(late, 'subscribe')
    await shows(late, 'a', 'hier')
  },

  async 'what was taken back is not shown to who comes later' (world) {
    const { presences: [one], clients: [client] } = await listeners(world, 1)
    const local = one.create('a')
    await call(local, 'submit', 1)
    await call(local, 'submit', null)
    await call(one.create('b'), 'submit', 2)
    const late = of(await world.open().connected())
    await call(late, 'subscribe')
    await shows(late, 'b', 2)
    await client.ping()
    assert.deepEqual(seen(late), { b: 2 })
  },

  async 'after an unsubscribe nothing arrives' (world) {
    const { presences: [one, other], clients } = await listeners(world)
    await call(other, 'unsubscribe')
    const count = clients[1].frames('p').length
    await call(one.create('a'), 'submit', 1)
    await clients[1].ping()
    assert.equal(clients[1].frames('p').length, count)
  },

  async 'a client shows several at once' (world) {
    const { presences: [one, other] } = await listeners(world)
    await Promise.all(['a', 'b', 'ü'].map((id, index) => call(one.create(id), 'submit', index)))
    await until(() => Object.keys(other.remotePresences).length === 3, 'all three')
    assert.deepEqual(seen(other), { a: 0, b: 1, 'ü': 2 })
  },

  async 'an id is made if none is given' (world) {
    const { presences: [one, other] } = await listeners(world)
    const local = one.create()
    await call(local, 'submit', 1)
    await shows(other, local.presenceId, 1)
  },

  async 'it goes with its connection' (world) {
    const { presences: [one, other], clients } = await listeners(world)
    await call(one.create('a'), 'submit', 1)
    await shows(other, 'a', 1)
    await clients[0].cut()
    await until(() => !('a' in other.remotePresences), 'the presence to go')
  },

  // npm's server forgets to take down what a client showed on a channel that it does not listen to.
  async 'it goes with a connection that only shows and never listens' (world) {
    if (world.isReference) return
    const [shower, watcher] = await world.openAll(2)
    const presence = of(watcher)
    await call(presence, 'subscribe')
    await call(of(shower).create('a'), 'submit', 1)
    await shows(presence, 'a', 1)
    await shower.cut()
    await until(() => !('a' in presence.remotePresences), 'the presence to go')
  },

  async 'a reconnect shows it again' (world) {
    const { presences: [one, other], clients } = await listeners(world)
    await call(one.create('a'), 'submit', 'é')
    await shows(other, 'a', 'é')
    await clients[0].relink()
    await clients[0].ping()
    await shows(other, 'a', 'é')
  },

  async 'a watcher that reconnects sees everybody again' (world) {
    const { presences: [one, other], clients } = await listeners(world)
    await call(one.create('a'), 'submit', 1)
    await shows(other, 'a', 1)
    await clients[1].cut()
    one.localPresences.a.submit(2)
    await clients[1].link()
    await shows(other, 'a', 2)
  },

  async 'what is shown before the connection is there is shown then' (world) {
    const { presences: [watcher] } = await listeners(world, 1)
    await call(of(world.open()).create('früh'), 'submit', 1)
    await shows(watcher, 'früh', 1)
  },

  async 'destroying takes it down' (world) {
    const { presences: [one, other] } = await listeners(world)
    await call(one.create('a'), 'submit', 1)
    await shows(other, 'a', 1)
    await call(one, 'destroy')
    await until(() => !('a' in other.remotePresences), 'the presence to go')
  },

  async 'one local presence is destroyed, the other stays' (world) {
    const { presences: [one, other] } = await listeners(world)
    const [a, b] = [one.create('a'), one.create('b')]
    await Promise.all([call(a, 'submit', 1), call(b, 'submit', 2)])
    await shows(other, 'b', 2)
    await call(a, 'destroy')
    await until(() => !('a' in other.remotePresences), 'the one to go')
    assert.deepEqual(seen(other), { b: 2 })
  },

  async 'it can be taken up again after it was destroyed' (world) {
    const { presences: [one, other], clients } = await listeners(world)
    await call(other, 'destroy')
    const again = of(clients[1])
    await call(again, 'subscribe')
    await call(one.create('a'), 'submit', 1)
    await shows(again, 'a', 1)
  },

  async 'subscribing several times calls back each time and counts once' (world) {
    const [shower, client] = await world.openAll(2)
    const presence = of(client)
    await Promise.all([call(presence, 'subscribe'), call(presence, 'subscribe')])
    await call(presence, 'subscribe')
    await call(of(shower).create('a'), 'submit', 1)
    await shows(presence, 'a', 1)
    assert.equal(client.frames('p').filter(({ id }) => id === 'a').length, 1)
  },

  async 'subscribe and unsubscribe in one turn leaves none' (world) {
    const [client] = await world.openAll(1)
    const presence = of(client)
    presence.subscribe()
    await call(presence, 'unsubscribe')
    assert.equal(presence.subscribed, false)
  },

  async 'channels are kept apart' (world) {
    const { presences: [one], clients } = await listeners(world)
    const elsewhere = of(clients[1], `${world.collection}-é`)
    await call(elsewhere, 'subscribe')
    await call(one.create('a'), 'submit', 1)
    await shows(of(clients[1]), 'a', 1)
    assert.deepEqual(seen(elsewhere), {})
  },

  async 'what arrives out of order is ignored' (world) {
    const { presences: [one, other], clients } = await listeners(world)
    const local = one.create('a')
    await call(local, 'submit', 1)
    await call(local, 'submit', 2)
    await shows(other, 'a', 2)
    const stale = clients[1].frames('p').find(({ p }) => p === 1)
    clients[1].connection.handleMessage(structuredClone(stale))
    assert.deepEqual(seen(other), { a: 2 })
  },

  async 'the answer to the sender carries what was sent' (world) {
    const { presences: [one], clients: [client] } = await listeners(world, 1)
    await call(one.create('a'), 'submit', { 'größe': 1 })
    const answer = client.frames('p').at(-1)
    assert.deepEqual([answer.ch, answer.id, answer.p, answer.pv], [world.collection, 'a', { 'größe': 1 }, 0])
    assert.equal(answer.src, client.connection.id)
  }
}
