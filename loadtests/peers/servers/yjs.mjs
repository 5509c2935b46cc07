// A y-websocket server as its own package has it, on `ws`: `node yjs.mjs PORT`.
import { createServer } from 'node:http'

import { setupWSConnection } from '@y/websocket-server/utils'
import { WebSocketServer } from 'ws'

const server = createServer((_request, response) => response.end('ok'))
new WebSocketServer({ server }).on('connection', (socket, request) => setupWSConnection(socket, request))
server.listen(Number(process.argv[2]), '127.0.0.1')
