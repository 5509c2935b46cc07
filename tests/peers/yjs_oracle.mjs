/**
 * npm's Yjs behind a pipe: several documents by name, driven by the tests that hold the server
 * against it.
 *
 * One request a line on standard input, one answer a line on standard output, both JSON; bytes
 * travel as base64. A request is {op, ...}, the answer {ok: true, ...} or {ok: false, error}.
 * The requests are the keys of `commands` below; the edits and the marked values are documented at
 * `performEdit` and `toShared`.
 */
import { createInterface } from 'node:readline'
import * as encoding from 'lib0/encoding'
import * as decoding from 'lib0/decoding'
import * as awarenessProtocol from 'y-protocols/awareness'
import * as Y from 'yjs'

/** @type {Map<string, {doc: Y.Doc, updates: Array<{update: string, local: boolean}>}>} */
const documents = new Map()

const toBase64 = (bytes) => Buffer.from(bytes).toString('base64')
const fromBase64 = (text) => new Uint8Array(Buffer.from(text, 'base64'))

function find (name) {
  const found = documents.get(name)
  if (found === undefined) throw new Error(`no document ${name}`)
  return found
}

function root (doc, name, kind) {
  switch (kind ?? 'map') {
    case 'map': return doc.getMap(name)
    case 'array': return doc.getArray(name)
    case 'text': return doc.getText(name)
    case 'xml': return doc.getXmlFragment(name)
    default: throw new Error(`no kind of root: ${kind}`)
  }
}

/** The container at [root name, key or index, ...]. */
function resolve (doc, path, kind) {
  let container = root(doc, path[0], kind)
  for (const step of path.slice(1)) {
    container = container.get(step)
    if (!(container instanceof Y.AbstractType)) throw new Error(`nothing shared at ${path}`)
  }
  return container
}

const isMarked = (value) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) &&
  Object.keys(value).length === 1 && Object.keys(value)[0].startsWith('$')

/**
 * A value of an edit. Plain JSON stays plain; an object whose only key starts with a dollar sign
 * is a shared type ($map, $array, $text, $xmlElement, $xmlFragment, $xmlText, $doc) or something
 * that JSON cannot say ($undefined, $number, $bigint, $bytes, $date).
 */
function toShared (value) {
  if (!isMarked(value)) {
    return Array.isArray(value)
      ? value.map(toShared)
      : typeof value === 'object' && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toShared(item)]))
        : value
  }
  const [mark, content] = Object.entries(value)[0]
  switch (mark) {
    case '$map': return new Y.Map(Object.entries(content).map(([key, item]) => [key, toShared(item)]))
    case '$array': return Y.Array.from(content.map(toShared))
    case '$text': return new Y.Text(content)
    case '$xmlElement': return new Y.XmlElement(content)
    case '$xmlFragment': return new Y.XmlFragment()
    case '$xmlText': return new Y.XmlText(content)
    case '$doc': return new Y.Doc({ guid: content })
    case '$undefined': return undefined
    case '$number': return Number(content)
    case '$bigint': return BigInt(content)
    case '$bytes': return fromBase64(content)
    case '$date': return new Date(content)
    default: throw new Error(`no mark: ${mark}`)
  }
}

/**
 * One edit of {path, kind?, do, ...}. `path` begins with the root's name, `kind` is the root's
 * (map unless said). Indices count as Yjs counts: UTF-16 units in texts.
 */
function performEdit (doc, edit) {
  const target = resolve(doc, edit.path, edit.kind)
  switch (edit.do) {
    case 'map-set': return target.set(edit.key, toShared(edit.value))
    case 'map-delete': return target.delete(edit.key)
    case 'array-insert': return target.insert(edit.index, edit.values.map(toShared))
    case 'array-delete': return target.delete(edit.index, edit.length ?? 1)
    case 'text-insert': return target.insert(edit.index, edit.text, edit.attributes)
    case 'text-delete': return target.delete(edit.index, edit.length ?? 1)
    case 'text-format': return target.format(edit.index, edit.length, edit.attributes)
    case 'text-embed': return target.insertEmbed(edit.index, toShared(edit.value))
    case 'text-attribute': return target.setAttribute(edit.key, toShared(edit.value))
    default: throw new Error(`no edit: ${edit.do}`)
  }
}

/** mulberry32: a seeded generator of numbers from 0 to below 1. */
function generator (seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6D2B79F5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

const WORDS = ['a', 'größe', '名前', '😀', 'naïve', '👩‍👩‍👧', 'b', 'Ω', 'e\u0301', '']
const KEYS = ['a', 'b', 'größe', '名前', '😀', 'props']
const NESTING_MAX = 4

/** Performs `count` random edits below a root map, each its own transaction. */
class RandomEditor {
  constructor (doc, { seed, root: name = 'model', features = [] }) {
    this.doc = doc
    this.root = doc.getMap(name)
    this.features = new Set(features)
    this.next = generator(seed)
  }

  below (bound) { return Math.floor(this.next() * bound) }
  pick (list) { return list[this.below(list.length)] }

  containers () {
    const found = []
    const visit = (type, depth) => {
      found.push({ type, depth })
      const children = type instanceof Y.Map
        // Sorted, because the order of keys is that of the bytes in which they came.
        ? [...type.keys()].sort().map((key) => type.get(key))
        : type instanceof Y.Array ? type.toArray() : []
      for (const child of children) {
        if (child instanceof Y.Map || child instanceof Y.Array || child instanceof Y.Text) {
          visit(child, depth + 1)
        }
      }
    }
    visit(this.root, 0)
    return found
  }

  value (depth) {
    const choice = this.below(depth < NESTING_MAX ? 12 : 6)
    switch (choice) {
      case 0: return this.below(1000) - 500
      case 1: return this.next()
      case 2: return this.next() < 0.5
      case 3: return null
      case 4: return { größe: this.below(9), list: [this.pick(WORDS), null] }
      case 5: return this.pick(WORDS)
      case 6: case 7: return new Y.Map([[this.pick(KEYS), this.value(depth + 1)]])
      case 8: case 9: return Y.Array.from([this.value(depth + 1), this.value(depth + 1)])
      default: return new Y.Text(this.pick(WORDS) + this.pick(WORDS))
    }
  }

  /** Where the text may be cut: nowhere inside a surrogate pair unless `splits` is wanted. */
  boundary (text, splits = this.features.has('splits')) {
    const index = this.below(text.length + 1)
    const inside = index > 0 && index < text.length && /[\uDC00-\uDFFF]/.test(text[index]) &&
      /[\uD800-\uDBFF]/.test(text[index - 1])
    return inside && !splits ? index + 1 : index
  }

  editText (type) {
    const text = type.toString()
    const from = this.boundary(text)
    const to = this.boundary(text)
    if (from !== to && this.next() < 0.4) {
      type.delete(Math.min(from, to), Math.abs(to - from))
    } else if (from !== to && this.features.has('formats') && this.next() < 0.3) {
      // Never inside a pair: a format that changes nothing would damage this document's own text,
      // and no update would tell anybody.
      const ends = [this.boundary(text, false), this.boundary(text, false)].sort((a, b) => a - b)
      type.format(ends[0], ends[1] - ends[0], { bold: this.next() < 0.5 ? true : null })
    } else if (this.features.has('embeds') && this.next() < 0.2) {
      type.insertEmbed(from, { image: this.pick(WORDS) })
    } else {
      type.insert(from, this.pick(WORDS) + this.pick(WORDS) + 'x')
    }
  }

  editArray (type, depth) {
    if (type.length > 0 && this.next() < 0.35) {
      const index = this.below(type.length)
      type.delete(index, 1 + this.below(Math.min(3, type.length - index)))
    } else {
      const values = [this.value(depth), this.value(depth)]
      type.insert(this.below(type.length + 1), this.next() < 0.5 ? values : values.slice(1))
    }
  }

  editMap (type, depth) {
    const key = this.pick(KEYS)
    if (type.has(key) && this.next() < 0.3) {
      type.delete(key)
    } else if (this.features.has('xml') && this.next() < 0.2) {
      type.set(key, new Y.XmlElement('größe'))
    } else if (this.features.has('docs') && this.next() < 0.2) {
      type.set(key, new Y.Doc())
    } else if (this.features.has('bytes') && this.next() < 0.2) {
      type.set(key, new Uint8Array([this.below(256), 255]))
    } else {
      type.set(key, this.value(depth))
    }
  }

  run (count, undoManager) {
    for (let step = 0; step < count; step++) {
      if (undoManager !== undefined && this.next() < 0.25) {
        if (this.next() < 0.6) undoManager.undo()
        else undoManager.redo()
        continue
      }
      this.doc.transact(() => {
        const { type, depth } = this.pick(this.containers())
        if (type instanceof Y.Text) this.editText(type)
        else if (type instanceof Y.Array) this.editArray(type, depth)
        else this.editMap(type, depth)
      }, 'random')
    }
  }
}

function describeStruct (struct) {
  const { client, clock } = struct.id
  const kind = struct instanceof Y.Item ? 'item' : struct instanceof Y.GC ? 'gc' : 'skip'
  const described = { client, clock, length: struct.length, kind }
  if (kind !== 'item') return described
  const content = struct.content
  described.content = content.constructor.name.replace(/^_?Content/, '').toLowerCase()
  described.origin = struct.origin
  described.rightOrigin = struct.rightOrigin
  described.parentRoot = typeof struct.parent === 'string' ? struct.parent : null
  described.parentId = struct.parent instanceof Y.ID ? struct.parent : null
  described.parentKey = struct.parentSub
  if (described.content === 'string') described.value = content.str
  if (described.content === 'any' || described.content === 'json') described.value = content.arr
  return described
}

const stateVector = (doc) => Object.fromEntries(Y.decodeStateVector(Y.encodeStateVector(doc)))

const commands = {
  create ({ doc: name, client, gc = true }) {
    const doc = new Y.Doc({ gc })
    if (client !== undefined) doc.clientID = client
    const entry = { doc, updates: [] }
    doc.on('update', (update, _origin, _doc, transaction) => {
      entry.updates.push({ update: toBase64(update), local: transaction.local })
    })
    documents.set(name, entry)
    return { client: doc.clientID }
  },
  destroy ({ doc: name }) {
    find(name).doc.destroy()
    documents.delete(name)
    return {}
  },
  /** All edits in one transaction. */
  edit ({ doc: name, edits }) {
    const { doc } = find(name)
    doc.transact(() => edits.forEach((edit) => performEdit(doc, edit)), 'edit')
    return {}
  },
  random ({ doc: name, count, ...options }) {
    const entry = find(name)
    if (options.features?.includes('undo')) {
      entry.undoManager ??= new Y.UndoManager(entry.doc.getMap(options.root), {
        trackedOrigins: new Set(['random']), captureTimeout: 0
      })
    }
    new RandomEditor(entry.doc, options).run(count, entry.undoManager)
    return {}
  },
  apply ({ doc: name, update }) {
    const { doc } = find(name)
    Y.applyUpdate(doc, fromBase64(update), 'remote')
    return { pending: doc.store.pendingStructs !== null || doc.store.pendingDs !== null }
  },
  update ({ doc: name, since }) {
    const bytes = Y.encodeStateAsUpdate(find(name).doc, since && fromBase64(since))
    return { update: toBase64(bytes) }
  },
  /** The updates that the document emitted since the last call, its own and applied ones. */
  live ({ doc: name }) {
    const entry = find(name)
    const updates = entry.updates
    entry.updates = []
    return { updates }
  },
  /** The JSON of each root of {name: kind}. */
  json ({ doc: name, roots }) {
    const { doc } = find(name)
    return {
      json: Object.fromEntries(
        Object.entries(roots).map(([key, kind]) => [key, root(doc, key, kind).toJSON()])
      )
    }
  },
  /** A root text as a delta, with its formats and embeds. */
  delta ({ doc: name, root }) {
    return { delta: find(name).doc.getText(root).toDelta() }
  },
  state ({ doc: name }) {
    const { doc } = find(name)
    return { clocks: stateVector(doc), vector: toBase64(Y.encodeStateVector(doc)) }
  },
  merge ({ updates }) {
    return { update: toBase64(Y.mergeUpdates(updates.map(fromBase64))) }
  },
  diff ({ update, since }) {
    return { update: toBase64(Y.diffUpdate(fromBase64(update), fromBase64(since))) }
  },
  decode ({ update }) {
    const { structs, ds } = Y.decodeUpdate(fromBase64(update))
    const deletes = Object.fromEntries(
      [...ds.clients].map(([client, items]) => [client, items.map((item) => [item.clock, item.len])])
    )
    return { structs: structs.map(describeStruct), deletes }
  },
  /** lib0's own encoding of a value, which may be marked as in edits, and the way back. */
  encodeAny ({ value }) {
    const encoder = encoding.createEncoder()
    encoding.writeAny(encoder, toShared(value))
    return { bytes: toBase64(encoding.toUint8Array(encoder)) }
  },
  decodeAny ({ bytes }) {
    return { value: decoding.readAny(decoding.createDecoder(fromBase64(bytes))) }
  },
  /** An awareness message of entries [[client, clock, state], ...] as y-protocols writes it. */
  encodeAwareness ({ entries }) {
    const awareness = new awarenessProtocol.Awareness(new Y.Doc())
    const states = new Map(entries.map(([client, , state]) => [client, state]))
    for (const [client, clock] of entries) awareness.meta.set(client, { clock, lastUpdated: 0 })
    const clients = entries.map(([client]) => client)
    const message = awarenessProtocol.encodeAwarenessUpdate(awareness, clients, states)
    awareness.destroy()
    return { message: toBase64(message) }
  },
  /** What a fresh y-protocols client knows after an awareness message. */
  applyAwareness ({ message }) {
    const awareness = new awarenessProtocol.Awareness(new Y.Doc())
    awarenessProtocol.applyAwarenessUpdate(awareness, fromBase64(message), 'remote')
    const entries = [...awareness.meta]
      .filter(([client]) => client !== awareness.clientID)
      .map(([client, { clock }]) => [client, clock, awareness.states.get(client) ?? null])
    awareness.destroy()
    return { entries }
  }
}

function answer (line) {
  try {
    const { op, ...request } = JSON.parse(line)
    if (!Object.hasOwn(commands, op)) throw new Error(`no command: ${op}`)
    return { ok: true, ...commands[op](request) }
  } catch (error) {
    return { ok: false, error: String(error?.message ?? error) }
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(answer(line)) + '\n')
}
