// An unmodified npm client in a room, beside the browsers.
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { until } from './support.mjs'

export class Peer {
  doc = new Y.Doc()
  /** What the server refused, oldest first, each with a code and a reason. */
  refusals = []

  /** Joins a room as whom a token says, and has its document then. */
  static async join (server, room, token) {
    const peer = new Peer()
    peer.socket = new HocuspocusProviderWebsocket({ url: `${server.replace('http', 'ws')}/hocuspocus`, WebSocketPolyfill: WebSocket })
    peer.provider = new HocuspocusProvider({
      websocketProvider: peer.socket,
      name: room,
      document: peer.doc,
      token,
      onStateless: ({ payload }) => {
        const message = JSON.parse(payload)
        if (message.type === 'refused') peer.refusals.push(message)
      },
      // What the document can never take ends it for its author, with the reason.
      onAuthenticationFailed: ({ reason }) => peer.refusals.push({ code: 'ended', reason })
    })
    peer.provider.attach()
    await until(() => peer.provider.isSynced, 'the peer to be in the room')
    return peer
  }

  get nodes () { return this.doc.getMap('nodes') }

  /** The properties of a node, to be set. */
  props (node) { return this.nodes.get(node).get('props') }

  /** Waits until the server has stored all that was done. */
  saved () {
    return new Promise(resolve => {
      const look = () => {
        if (this.provider.unsyncedChanges > 0) return
        this.provider.off('unsyncedChanges', look)
        resolve()
      }
      this.provider.on('unsyncedChanges', look)
      look()
    })
  }

  /** Does something bad and returns the refusal of it. */
  async tries (work) {
    const before = this.refusals.length
    work()
    return until(() => this.refusals[before], 'a refusal')
  }

  leave () {
    this.provider.destroy()
    this.socket.destroy()
  }
}
