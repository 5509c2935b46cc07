// The reference's own answers: npm `rich-text` and `quill-delta` driven over JSON lines.
//
// Each line of standard input is a request; each is answered by one line `{"result"}` or
// `{"error"}`. A result is a pair: what rich-text 4.1 gives with the quill-delta 4.2 that it brings
// along, and what quill-delta 5.1, Quill 2's own, gives for the same. Kinds:
//   apply     {document, op}            → document
//   transform {op, other, side}         → op
//   compose   {first, second}           → op
//   invert    {document, op}            → op
//   presence  {presence, op, is_own}    → presence, the second one as {index, length}

import { createInterface } from 'node:readline';

import Delta from 'quill-delta';
import richText from 'rich-text';

const { type } = richText;

function answerOld(request) {
  switch (request.kind) {
    case 'apply':
      return type.apply(request.document, request.op).ops;
    case 'transform':
      return type.transform(request.op, request.other, request.side).ops;
    case 'compose':
      return type.compose(request.first, request.second).ops;
    case 'invert':
      return new richText.Delta(request.op).invert(new richText.Delta(request.document)).ops;
    case 'presence':
      return type.transformPresence(request.presence, request.op, request.is_own);
    default:
      throw new Error(`unknown kind ${request.kind}`);
  }
}

function answerNew(request) {
  const op = new Delta(request.op);
  switch (request.kind) {
    case 'apply':
      return new Delta(request.document).compose(op).ops;
    case 'transform':
      return new Delta(request.other).transform(op, request.side === 'left').ops;
    case 'compose':
      return new Delta(request.first).compose(new Delta(request.second)).ops;
    case 'invert':
      return op.invert(new Delta(request.document)).ops;
    case 'presence': {
      const { index, length } = request.presence;
      const start = op.transformPosition(index, !request.is_own);
      return { index: start, length: op.transformPosition(index + length, !request.is_own) - start };
    }
    default:
      throw new Error(`unknown kind ${request.kind}`);
  }
}

function reply(line) {
  // Parsed twice: a Delta uses, and may change, the array that it is made of.
  try {
    return { result: [answerOld(JSON.parse(line)), answerNew(JSON.parse(line))] };
  } catch (error) {
    return { error: String(error.message) };
  }
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
  process.stdout.write(`${JSON.stringify(reply(line))}\n`);
}
