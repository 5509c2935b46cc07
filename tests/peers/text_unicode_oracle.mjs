// The reference's own answers: npm `ot-text-unicode` driven over JSON lines.
//
// Each line of standard input is a request; each is answered by one line `{"result"}` or
// `{"error"}`. Kinds:
//   normalize {op}                → op
//   apply     {document, op}      → document
//   transform {op, other, side}   → op
//   compose   {first, second}     → op
//   invert    {document, op}      → [the op with what it deletes, its inverse]
//   position  {position, op}      → position

import { createInterface } from 'node:readline';

import { type } from 'ot-text-unicode';

function answer(request) {
  switch (request.kind) {
    case 'normalize':
      return type.normalize(request.op);
    case 'apply':
      return type.apply(request.document, request.op);
    case 'transform':
      return type.transform(request.op, request.other, request.side);
    case 'compose':
      return type.compose(request.first, request.second);
    case 'invert': {
      const invertible = type.makeInvertible(request.op, request.document);
      return [invertible, type.invert(invertible)];
    }
    case 'position':
      return type.transformPosition(request.position, request.op);
    default:
      throw new Error(`unknown kind ${request.kind}`);
  }
}

function reply(request) {
  try {
    return { result: answer(request) };
  } catch (error) {
    return { error: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(reply(JSON.parse(line)))}\n`);
}
