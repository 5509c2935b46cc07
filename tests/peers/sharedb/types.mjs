// Documents of other types than json0.
import assert from 'node:assert/strict'
import { RICH_TEXT, TEXT_UNICODE } from './clients.mjs'
import { call, until } from './world.mjs'

const converged = (docs) => until(() => docs.every(({ version }) => version === docs[0].version), 'one version')

export default {
  async 'ot-text-unicode: a text is created, edited and fetched' (world) {
    const [one, other] = await world.docs(2, 'héllo 😀', TEXT_UNICODE)
    await call(one, 'submitOp', [7, ', 日本'])
    await until(() => other.version === 2, 'the op')
    assert.deepEqual([one.data, other.data], ['héllo 😀, 日本', 'héllo 😀, 日本'])
    const late = world.open().doc()
    await call(late, 'fetch')
    assert.deepEqual([late.data, late.type.uri], ['héllo 😀, 日本', TEXT_UNICODE])
  },

  async 'ot-text-unicode: inserts and deletes at once end alike' (world) {
    const docs = await world.docs(3, 'a😀b😀c', TEXT_UNICODE)
    await Promise.all([
      call(docs[0], 'submitOp', [1, { d: 2 }]),
      call(docs[1], 'submitOp', [2, 'é']),
      call(docs[2], 'submitOp', ['<', 5, '>'])
    ])
    await until(() => docs.every(({ version }) => version === 4), 'every op')
    assert.equal(docs[0].data, '<aé😀c>')
    for (const doc of docs) assert.equal(doc.data, docs[0].data)
  },

  async 'ot-text-unicode: a lost answer does nothing twice' (world) {
    const [doc] = await world.docs(1, '', TEXT_UNICODE)
    const client = world.client(doc)
    let done
    await client.loseAnswer((frame) => frame.a === 'op', () => { done = call(doc, 'submitOp', ['é😀']) })
    await client.link()
    await done
    const late = world.open().doc()
    await call(late, 'fetch')
    assert.deepEqual([late.data, late.version], ['é😀', 2])
  },

  async 'ot-text-unicode: the past is fetched by version' (world) {
    const [doc] = await world.docs(1, 'é', TEXT_UNICODE)
    await call(doc, 'submitOp', [1, '😀'])
    const snapshot = await call(doc.connection, 'fetchSnapshot', doc.collection, doc.id, 1)
    assert.deepEqual([snapshot.data, snapshot.type], ['é', TEXT_UNICODE])
  },

  async 'rich-text: formats and text edited at once end alike' (world) {
    const docs = await world.docs(2, [{ insert: 'Größe 😀 Text\n' }], RICH_TEXT)
    await Promise.all([
      call(docs[0], 'submitOp', [{ retain: 5, attributes: { bold: true } }]),
      call(docs[1], 'submitOp', [{ retain: 3 }, { insert: '日本' }])
    ])
    await converged(docs)
    await until(() => docs.every(({ version }) => version === 3), 'every op')
    assert.deepEqual(docs[0].data, docs[1].data)
    assert.equal(docs[0].data.ops.map(({ insert }) => insert).join(''), 'Grö日本ße 😀 Text\n')
  },

  async 'rich-text: a reader who comes late gets the document' (world) {
    const [doc] = await world.docs(1, [{ insert: 'é\n' }], RICH_TEXT)
    await call(doc, 'submitOp', [{ insert: '😀', attributes: { color: 'red' } }])
    const late = world.open().doc()
    await call(late, 'subscribe')
    assert.deepEqual(late.data, doc.data)
    assert.equal(late.type.uri, RICH_TEXT)
  }
}
