// npm's ShareDB 7 in memory, for benchmarks/sharedb.py: `serve PORT` listens on the loopback;
// `burst N ROUNDS` submits N ops at once to one document in this process and prints how long each
// round took, in milliseconds, as a JSON list.
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'

import ShareDB from 'sharedb'
import { WebSocketServer } from 'ws'

const [mode, first, second] = process.argv.slice(2)

/** A socket as the stream of messages that ShareDB listens to. */
const streamOf = (socket) => {
  const stream = new Duplex({
    objectMode: true,
    read () {},
    write (message, _encoding, done) {
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message))
      done()
    }
  })
  socket.on('message', (text) => stream.push(JSON.parse(text)))
  socket.on('close', () => stream.push(null))
  socket.on('error', () => stream.destroy())
  return stream
}

const serve = (port) => {
  const backend = new ShareDB()
  const server = createServer((_request, response) => response.end('ok'))
  new WebSocketServer({ server }).on('connection', (socket) => backend.listen(streamOf(socket)))
  server.listen(port, '127.0.0.1')
}

const burst = async (count, rounds) => {
  const backend = new ShareDB({ maxSubmitRetries: null })
  const connections = Array.from({ length: count }, () => backend.connect())
  const docs = connections.map((connection) => connection.get('rooms', 'burst'))
  await call((done) => docs[0].create({ n: Array(count).fill(0) }, done))
  const took = []
  for (let round = 0; round < rounds; round++) {
    // Everybody is at the same version, and nobody hears of the others before all have submitted.
    await Promise.all(docs.map((doc) => call((done) => doc.fetch(done))))
    const start = performance.now()
    await Promise.all(docs.map((doc, i) => call((done) => doc.submitOp([{ p: ['n', i], na: 1 }], done))))
    took.push(performance.now() - start)
  }
  process.stdout.write(JSON.stringify(took) + '\n')
}

const call = (method) => new Promise((resolve, reject) => {
  method((error) => error ? reject(error) : resolve())
})

if (mode === 'serve') serve(Number(first))
else await burst(Number(first), Number(second))
