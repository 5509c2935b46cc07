// The reference's own answers: npm `ot-json0` driven over JSON lines.
//
// Each line of standard input is a request with an `id`; each is answered by one line
// `{"id", "result"}` or `{"id", "error"}`. Kinds:
//   transform {op, other, side}   → op
//   pairs     {ops}               → for each pair i < j, [op, op] (each as it reads after the
//                                   other, i on the left) or null where the reference throws
//   apply     {document, op}      → document
//   compose   {first, second}     → op
//   invert    {op}                → op
// `subtype: "text0"` in a request selects the text type instead of json0.

import { createInterface } from 'node:readline';

import json0Module from 'ot-json0';
import text0 from 'ot-json0/lib/text0.js';

const json0 = json0Module.type;

function cross(type, left, right) {
  try {
    return [type.transform(left, right, 'left'), type.transform(right, left, 'right')];
  } catch {
    return null;
  }
}

function* pairs(ops) {
  for (let left = 0; left < ops.length; left += 1) {
    for (let right = left + 1; right < ops.length; right += 1) {
      yield [ops[left], ops[right]];
    }
  }
}

function answer(request) {
  const type = request.subtype === 'text0' ? text0 : json0;
  switch (request.kind) {
    case 'transform':
      return type.transform(request.op, request.other, request.side);
    case 'pairs':
      return Array.from(pairs(request.ops), ([left, right]) => cross(type, left, right));
    case 'apply':
      return type.apply(request.document, request.op);
    case 'compose':
      return type.compose(request.first, request.second);
    case 'invert':
      return type.invert(request.op);
    default:
      throw new Error(`unknown kind ${request.kind}`);
  }
}

function reply(request) {
  try {
    return { id: request.id, result: answer(request) };
  } catch (error) {
    return { id: request.id, error: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(reply(JSON.parse(line)))}\n`);
}
