// Unmodified ShareDB clients of three major versions, each with the same document types.
import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

const PACKAGES = { 5: 'sharedb-5', 6: 'sharedb-6', 7: 'sharedb' }

export const VERSIONS = Object.keys(PACKAGES).map(Number)
export const RICH_TEXT = require('rich-text').type.uri
export const TEXT_UNICODE = require('ot-text-unicode').type.uri

export function registerTypes (types) {
  types.register(require('rich-text').type)
  types.register(require('ot-text-unicode').type)
}

/** Return the client library of one major version, silent and with every type. */
export function loadClient (version) {
  const library = require(`${PACKAGES[version]}/lib/client`)
  library.logger.setMethods({ info () {}, warn () {}, error () {} })
  registerTypes(library.types)
  return library
}
