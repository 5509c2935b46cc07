// ShareDB in memory, on `ws`: `node sharedb.mjs PORT`.
import { createServer } from 'node:http'
import { Duplex } from 'node:stream'

import ShareDB from 'sharedb'
import { WebSocketServer } from 'ws'

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

const backend = new ShareDB()
const server = createServer((_request, response) => response.end('ok'))
new WebSocketServer({ server }).on('connection', (socket) => backend.listen(streamOf(socket)))
server.listen(Number(process.argv[2]), '127.0.0.1')
