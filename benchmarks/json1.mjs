// Why json1 is not offered: ot-json1 1.0.2 beside ot-json0 1.1.0 and Yjs, measured.
//
// Run with `node benchmarks/json1.mjs [pairs]`; a minute or two. The ADR on json1 quotes its output.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

import json0Module from 'ot-json0';
import json1 from 'ot-json1';
import * as Y from 'yjs';

const require = createRequire(import.meta.url);
const json0 = json0Module.type;
// With every conflict allowed: a server cannot ask, it has to go on.
const lenient = json1.type.typeAllowingConflictsPred(() => true);
const REVISIONS = 1000;
const LONG = 200;
const STEPS_MAX = 6;
const RUNS = 5;

const clone = (value) => JSON.parse(JSON.stringify(value));
const bytes = (value) => Buffer.byteLength(JSON.stringify(value));

function print(title, ...values) {
  console.log(title.padEnd(58), ...values.map((value) => String(value).padStart(12)));
}

function microseconds(run, count) {
  let best = Infinity;
  for (let number = 0; number < RUNS; number += 1) {
    const start = performance.now();
    run();
    best = Math.min(best, ((performance.now() - start) * 1000) / count);
  }
  return best.toFixed(1);
}

/** Returns an op transformed past others in turn, as a server does it. */
function past(type, op, others) {
  return others.reduce((moved, other) => type.transform(moved, other, 'left'), op);
}

// --- cost -------------------------------------------------------------------------------------

function costs() {
  const numbers = Array.from({ length: REVISIONS }, (_, number) => number);
  const key = (number) => ['nodes', `é${number}`, 'props', 'width'];
  const cases = [
    [
      'set a member past 1000 sets of other members, each',
      [{ p: key('mine'), od: 1, oi: 2 }],
      numbers.map((number) => [{ p: key(number), od: 1, oi: 2 }]),
      json1.replaceOp(key('mine'), 1, 2),
      numbers.map((number) => json1.replaceOp(key(number), 1, 2)),
    ],
    [
      'insert into a list past 1000 inserts into it, each',
      [{ p: ['list', 500], li: 'é' }],
      numbers.map((number) => [{ p: ['list', number], li: 'é' }]),
      json1.insertOp(['list', 500], 'é'),
      numbers.map((number) => json1.insertOp(['list', number], 'é')),
    ],
  ];
  print('µs per transform', 'json0', 'json1');
  for (const [title, op0, others0, op1, others1] of cases) {
    print(
      title,
      microseconds(() => past(json0, op0, others0), REVISIONS),
      microseconds(() => past(lenient, op1, others1), REVISIONS),
    );
  }
  const inserts = numbers.slice(0, LONG);
  const long0 = inserts.map((number) => ({ p: ['list', number], li: 'é' }));
  const long1 = inserts
    .map((number) => json1.insertOp(['list', number], 'é'))
    .reduce(json1.type.compose, null);
  print(
    `two ops of ${LONG} inserts into one list, at once`,
    microseconds(() => json0.transform(long0, long0, 'left'), 1),
    microseconds(() => lenient.transform(long1, long1, 'left'), 1),
  );
}

// --- sizes ------------------------------------------------------------------------------------

function sizes() {
  const node = { type: 'Button@1', place: ['page', 'children', 'a0'], props: { label: 'Über' } };
  print('bytes of an op', 'json0', 'json1');
  const label = ['nodes', 'b1', 'props', 'label'];
  const rows = [
    ['set a property', [{ p: label, od: 'a', oi: 'é' }], json1.replaceOp(label, 'a', 'é')],
    ['insert a node', [{ p: ['nodes', 'b1'], oi: node }], json1.insertOp(['nodes', 'b1'], node)],
    [
      'type a letter',
      [{ p: [...label, 2], si: 'é' }],
      json1.editOp(label, 'text-unicode', [2, 'é']),
    ],
    [
      'move a node (json0: delete and insert)',
      [
        { p: ['x', 'b1'], od: node },
        { p: ['y', 'b1'], oi: node },
      ],
      json1.moveOp(['x', 'b1'], ['y', 'b1']),
    ],
  ];
  for (const [title, op0, op1] of rows) print(title, bytes(op0), bytes(op1));
}

// --- conflicts --------------------------------------------------------------------------------

const CONFLICTS = ['', 'RM_UNEXPECTED_CONTENT', 'DROP_COLLISION', 'BLACKHOLE'];

function outcome(document, left, right) {
  const { conflict } = json1.type.tryTransform(left, right, 'left');
  const before = json1.type.apply(clone(document), right);
  const after = lenient.apply(before, lenient.transform(left, right, 'left'));
  return [conflict ? `raises ${CONFLICTS[conflict.type]}` : 'none', JSON.stringify(after)];
}

function conflicts() {
  const document = { a: { x: 1 }, b: { y: 2 } };
  const set = (value) => json1.replaceOp(['a', 'x'], 1, value);
  const rows = [
    ['set one member to two values', set(3), set(4)],
    ['insert one new member twice', json1.insertOp(['é'], 1), json1.insertOp(['é'], 2)],
    ['edit inside what is removed', json1.insertOp(['a', 'é'], 1), json1.removeOp(['a'], true)],
    ['move a into b, b into a', json1.moveOp(['a'], ['b', 'a']), json1.moveOp(['b'], ['a', 'b'])],
    ['move one to two places', json1.moveOp(['a'], ['l']), json1.moveOp(['a'], ['r'])],
    ['move what is removed', json1.moveOp(['a'], ['l']), json1.removeOp(['a'], true)],
  ];
  print('left after right, on {a: {x: 1}, b: {y: 2}}', 'conflict', 'all allowed');
  for (const [title, left, right] of rows) print(title, ...outcome(document, left, right));
}

// --- convergence ------------------------------------------------------------------------------

/** A small seeded generator (mulberry32), so that a run can be repeated. */
function generator(seed) {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

/** Returns the paths of all members of a document but the root. */
function paths(value, path = []) {
  if (value === null || typeof value !== 'object') return path.length ? [path] : [];
  const keys = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value);
  const below = keys.flatMap((key) => paths(value[key], [...path, key]));
  return path.length ? [path, ...below] : below;
}

const at = (document, path) => path.reduce((value, key) => value[key], document);

/** Returns a place where something can be put: a free key, or an index of a list. */
function place(random, document) {
  const all = [[], ...paths(document)];
  const containers = all.filter((path) => at(document, path) instanceof Object);
  const path = containers[random(containers.length)];
  const container = at(document, path);
  if (Array.isArray(container)) return [...path, random(container.length + 1)];
  const free = ['a', 'b', 'é', '😀', 'k'].filter((key) => !(key in container));
  return free.length ? [...path, free[random(free.length)]] : null;
}

function step(random, document) {
  const all = paths(document);
  const from = all.length ? all[random(all.length)] : null;
  const to = place(random, document);
  const choice = random(10);
  if (choice < 4 && from && to) {
    // Not into itself; and an index behind the taken element is one less, which json1 counts after.
    const list = from.slice(0, -1);
    const isBelow = (path) => path.every((key, index) => to[index] === key);
    const isShifted = Array.isArray(at(document, list)) && isBelow(list);
    if (!isBelow(from) && !isShifted) return json1.moveOp(from, to);
  }
  if (choice < 6 && from) return json1.removeOp(from, clone(at(document, from)));
  if (choice < 7 && from) return json1.replaceOp(from, clone(at(document, from)), random(9));
  return to ? json1.insertOp(to, [random(9), {}, [1, 2], { a: 1 }][random(4)]) : null;
}

function randomOp(random, document) {
  let op = null;
  let current = clone(document);
  for (let left = 1 + random(STEPS_MAX); left; left -= 1) {
    const next = step(random, current);
    current = json1.type.apply(current, next);
    op = json1.type.compose(op, next);
  }
  return op;
}

const sorted = (value) =>
  Array.isArray(value)
    ? value.map(sorted)
    : value instanceof Object
      ? Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])]))
      : value;

function convergence(pairs) {
  const random = generator(20_260);
  const counts = { pairs: 0, 'raises a conflict': 0, 'throws something else': 0, diverges: 0 };
  let example;
  for (let number = 0; number < pairs; number += 1) {
    const document = { a: { x: 1, é: [1, { a: 2 }] }, b: [1, 2, { k: 3 }], k: 'x' };
    const left = randomOp(random, document);
    const right = randomOp(random, document);
    counts.pairs += 1;
    if (json1.type.tryTransform(left, right, 'left').conflict) counts['raises a conflict'] += 1;
    try {
      const [first, second] = [
        [left, lenient.transform(right, left, 'right')],
        [right, lenient.transform(left, right, 'left')],
      ].map((ops) => ops.reduce(json1.type.apply, clone(document)));
      if (JSON.stringify(sorted(first)) === JSON.stringify(sorted(second))) continue;
      counts.diverges += 1;
      example ??= { document, left, right, first, second };
    } catch (error) {
      counts['throws something else'] += 1;
      example ??= { document, left, right, error: error.message };
    }
  }
  print(`random pairs of ops of one to ${STEPS_MAX} steps`, ...Object.values(counts));
  print('', ...Object.keys(counts));
  if (example) console.log(`the first: ${JSON.stringify(example)}`);
}

// --- Yjs --------------------------------------------------------------------------------------

function moves() {
  const [one, two] = [new Y.Doc(), new Y.Doc()];
  const node = () => new Y.Map(Object.entries({ label: 'Über', width: 1, height: 2 }));
  one.getMap('model').set('from', new Y.Map([['b1', node()]]));
  one.getMap('model').set('to', new Y.Map());
  Y.applyUpdate(two, Y.encodeStateAsUpdate(one));
  const before = Y.encodeStateVector(one);
  one.transact(() => {
    const [from, to] = [one.getMap('model').get('from'), one.getMap('model').get('to')];
    to.set('b1', from.get('b1').clone());
    from.delete('b1');
  });
  const update = Y.encodeStateAsUpdate(one, before);
  two.getMap('model').get('from').get('b1').set('label', 'é');
  Y.applyUpdate(one, Y.encodeStateAsUpdate(two));
  const label = one.getMap('model').get('to').get('b1').get('label');
  print('a move as Yjs has it (copy and delete), bytes of update', update.length);
  print('a label that another client set meanwhile to é reads', label);
  const document = { from: { b1: { label: 'Über' } }, to: {} };
  const move = json1.moveOp(['from', 'b1'], ['to', 'b1']);
  const set = json1.replaceOp(['from', 'b1', 'label'], 'Über', 'é');
  const ops = [move, json1.type.transform(set, move, 'left')];
  const after = ops.reduce(json1.type.apply, document);
  print('the same in json1 reads', after.to.b1.label);
}

function lines() {
  const count = (path) => readFileSync(require.resolve(path), 'utf8').split('\n').length;
  const sources = [
    ['ot-json0/lib/json0.js', 'ot-json0/lib/text0.js', 'ot-json0/lib/bootstrapTransform.js'],
    ['ot-json1/lib/json1.ts', 'ot-json1/lib/cursor.ts'],
  ];
  const sums = sources.map((files) => files.reduce((sum, file) => sum + count(file), 0));
  print("lines of npm's source", ...sums);
}

costs();
sizes();
conflicts();
convergence(Number(process.argv[2] ?? 40_000));
moves();
lines();
