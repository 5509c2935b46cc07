// Queries for every document of a collection. npm's in-memory database knows no other query.
import assert from 'node:assert/strict'
import { call, next, until } from './world.mjs'

const ids = (results) => results.map(({ id }) => id).sort()
const ask = (client, method, query = {}, options = null) => new Promise((resolve, reject) => {
  const live = client.connection[method](client.world.collection, query, options, (error, results) => (
    error ? reject(error) : resolve({ live, results })
  ))
})
const METHODS = ['createFetchQuery', 'createSubscribeQuery']

function both (tests) {
  return Object.fromEntries(METHODS.flatMap((method) => (
    Object.entries(tests).map(([title, test]) => [`${method}: ${title}`, (world) => test(world, method)])
  )))
}

async function filled (world, names = ['a', 'größe', 'c']) {
  const [one, other] = await world.openAll(2)
  for (const name of names) await call(one.doc(name), 'create', { name })
  return { one, other }
}

export default {
  ...both({
    async 'an empty collection has no results' (world, method) {
      const { results } = await ask(await world.open().connected(), method)
      assert.deepEqual(results, [])
    },

    async 'documents that are known already are not loaded again' (world, method) {
      const { one } = await filled(world)
      const { results } = await ask(one, method)
      assert.deepEqual(ids(results), ['a', 'c', 'größe'])
      for (const doc of results) assert.equal(doc, one.doc(doc.id))
    },

    async 'documents that are not known come with their data' (world, method) {
      const { other } = await filled(world)
      const { results } = await ask(other, method)
      assert.deepEqual(ids(results), ['a', 'c', 'größe'])
      for (const { id, data, version } of results) assert.deepEqual([data, version], [{ name: id }, 1])
    },

    async 'a document that is behind is brought to the head' (world, method) {
      const { one, other } = await filled(world)
      await call(other.doc('a'), 'fetch')
      await call(one.doc('a'), 'submitOp', [{ p: ['more'], oi: 'é' }])
      const known = [other.doc('a')]
      await ask(other, method, {}, { results: known })
      await until(() => other.doc('a').version === 2, 'the op')
      assert.deepEqual(other.doc('a').data, { name: 'a', more: 'é' })
    },

    async 'deleted documents are no results' (world, method) {
      const { one, other } = await filled(world)
      await call(one.doc('a'), 'del')
      const { results } = await ask(other, method)
      assert.deepEqual(ids(results), ['c', 'größe'])
    },

    async 'other collections are no results' (world, method) {
      const { one, other } = await filled(world)
      await call(one.doc('elsewhere', `${world.collection}-2`), 'create', {})
      const { results } = await ask(other, method)
      assert.equal(results.length, 3)
    }
  }),

  async 'a created document joins the results' (world) {
    const { one, other } = await filled(world, ['a'])
    const { live } = await ask(other, 'createSubscribeQuery')
    const inserted = next(live, 'insert')
    await call(one.doc('neü'), 'create', { name: 'neü' })
    const [docs] = await inserted
    assert.deepEqual([ids(docs), docs[0].data], [['neü'], { name: 'neü' }])
    assert.deepEqual(ids(live.results), ['a', 'neü'])
  },

  async 'the first document of a collection joins the results' (world) {
    const [one, other] = await world.openAll(2)
    const { live } = await ask(other, 'createSubscribeQuery')
    const inserted = next(live, 'insert')
    await call(one.doc('a'), 'create', { n: 1 })
    await inserted
    assert.deepEqual(live.results[0].data, { n: 1 })
  },

  async 'a deleted document leaves the results' (world) {
    const { one, other } = await filled(world)
    const { live } = await ask(other, 'createSubscribeQuery')
    const removed = next(live, 'remove')
    await call(one.doc('größe'), 'del')
    const [docs] = await removed
    assert.deepEqual([ids(docs), ids(live.results)], [['größe'], ['a', 'c']])
  },

  async 'the ops on results arrive' (world) {
    const { one, other } = await filled(world)
    const { live } = await ask(other, 'createSubscribeQuery')
    await call(one.doc('a'), 'submitOp', [{ p: ['more'], oi: '😀' }])
    const doc = live.results.find(({ id }) => id === 'a')
    await until(() => doc.version === 2, 'the op')
    assert.deepEqual(doc.data, { name: 'a', more: '😀' })
  },

  async 'a query that was given up hears nothing' (world) {
    const { one, other } = await filled(world, ['a'])
    const { live } = await ask(other, 'createSubscribeQuery')
    live.on('insert', () => assert.fail('the query was given up'))
    await new Promise((resolve) => live.destroy(resolve))
    await other.ping()
    await call(one.doc('b'), 'create', {})
    await other.ping()
    assert.equal(other.frames('q').length, 0)
  },

  async 'a reconnect brings the results up to date' (world) {
    const { one, other } = await filled(world)
    const { live } = await ask(other, 'createSubscribeQuery')
    await other.cut()
    await call(one.doc('b'), 'create', { name: 'b' })
    await call(one.doc('c'), 'del')
    await other.link()
    await until(() => ids(live.results).join() === 'a,b,größe', 'the new results')
    await call(one.doc('z'), 'create', { name: 'z' })
    await until(() => live.results.length === 4, 'what comes after')
  },

  async 'two queries on one connection are told apart' (world) {
    const { one, other } = await filled(world, ['a'])
    const queries = [await ask(other, 'createSubscribeQuery'), await ask(other, 'createSubscribeQuery')]
    await call(one.doc('b'), 'create', {})
    await until(() => queries.every(({ live }) => live.results.length === 2), 'both results')
    await new Promise((resolve) => queries[0].live.destroy(resolve))
    await other.ping()
    await call(one.doc('c'), 'create', {})
    await until(() => queries[1].live.results.length === 3, 'the other one')
    assert.equal(queries[0].live.results.length, 2)
  }
}
