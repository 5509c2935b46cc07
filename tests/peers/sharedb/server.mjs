// npm's own ShareDB server, in memory, over real sockets: what the tests of this folder are proved on.
//
//   node server.mjs        prints {"url": "ws://127.0.0.1:PORT"} and serves until its input ends
import { Duplex } from 'node:stream'
import { createRequire } from 'node:module'
import { WebSocketServer } from 'ws'
import { registerTypes } from './clients.mjs'

const ShareDB = createRequire(import.meta.url)('sharedb')

/** The object stream that a ShareDB backend listens to, on top of one socket. */
class SocketStream extends Duplex {
  constructor (socket) {
    super({ objectMode: true })
    this.socket = socket
    socket.on('message', (data) => {
      try {
        this.push(JSON.parse(data))
      } catch {
        socket.close(1003, 'not JSON')
      }
    })
    socket.on('close', () => {
      this.push(null)
      this.end()
      this.emit('close')
    })
    this.on('error', () => socket.terminate())
  }

  _read () {}

  _write (message, encoding, next) {
    this.socket.send(JSON.stringify(message), () => next())
  }
}

ShareDB.logger.setMethods({ info () {}, warn () {}, error () {} })
registerTypes(ShareDB.types)
const backend = new ShareDB({ presence: true, doNotForwardSendPresenceErrorsToClient: true })
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
server.on('connection', (socket) => backend.listen(new SocketStream(socket)))
server.on('listening', () => console.log(JSON.stringify({ url: `ws://127.0.0.1:${server.address().port}` })))
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
