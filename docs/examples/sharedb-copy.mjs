// Copies one collection of json0 documents from a ShareDB server to Design Rooms. It may be run
// again: what is there already is left alone.
//
//   SOURCE=ws://127.0.0.1:8080 SERVER=ws://127.0.0.1:8000 node sharedb-copy.mjs notes
import { WebSocket } from 'ws'
import Client from 'sharedb/lib/client/index.js'

const server = process.env.SERVER ?? 'ws://127.0.0.1:8000'
const collection = process.argv[2]
const from = new Client.Connection(new WebSocket(process.env.SOURCE))
const to = new Client.Connection(new WebSocket(`${server}/sharedb?token=copy`))

const documents = await new Promise((resolve, reject) => {
  from.createFetchQuery(collection, {}, null, (error, results) => error ? reject(error) : resolve(results))
})
for (const { id, data, type } of documents) {
  const copy = to.get(collection, id)
  const outcome = await new Promise((resolve) => copy.create(data, type.uri, (error) => resolve(error?.code ?? 'copied')))
  console.log(id, outcome)
}
process.exit()
