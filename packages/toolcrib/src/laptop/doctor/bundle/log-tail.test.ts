import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { patient } from '../testing/patient.ts';
import { cleanLine, logTail } from './log-tail.ts';

const names = new Map([['prod', '<context-1>']]);
const line = (entry: object) => cleanLine(JSON.stringify(entry), names);

test('of a line of ours: when, what, figures and words; never what stands in it of objects', () => {
  assert.equal(
    line({ at: '2026-12-01T09:00:00.000Z', msg: 'the guard is up', port: 20001, pid: 17 }),
    '2026-12-01T09:00:00.000Z the guard is up port=20001 pid=17',
  );
  const said = line({
    at: '2026-12-01T09:00:00.000Z',
    msg: 'could not judge',
    path: '/api/v1/namespaces/payments/secrets/card-keys',
    context: 'prod',
    code: 'unreachable',
    why: 'prod: connect ECONNREFUSED 10.0.0.1:6443',
    port: 'eyJhbGciOi',
    body: { password: 'hunter2' },
    token: 'abc',
  });
  assert.equal(
    said,
    '2026-12-01T09:00:00.000Z could not judge path=… context=<context-1> code=unreachable why=<context-1>: connect ECONNREFUSED … port=… body=… token=…',
  );
});

test('what is no line of ours is left out; of a stack only where in which source', () => {
  assert.equal(
    cleanLine('    at judge (file:///home/aiko/x/packages/guard/src/way/judge.ts:12:3)', names),
    '    at judge.ts:12',
  );
  for (const text of [
    'Error: password hunter2',
    '"just a text"',
    '["a"]',
    '17',
    'null',
    '{"half":',
    '    at Object.<anonymous> (/home/aiko/Secret7/x',
  ])
    assert.equal(cleanLine(text, names), '…', text);
  assert.equal(line({ at: 'hunter2', msg: 17 }), '… …');
});

test('its end only, from a whole line on; and that there is none', () => {
  const { home } = patient();
  const path = join(home, 'guard.log');
  assert.deepEqual(logTail(path, names), ['There is no log.']);
  assert.deepEqual(logTail(home, names), ['The log can’t be read.']);
  const entries = Array.from({ length: 5_000 }, (_, count) =>
    JSON.stringify({ at: '2026-12-01T09:00:00.000Z', msg: 'a line', count }),
  );
  writeFileSync(path, `${entries.join('\n')}\n`);
  const told = logTail(path, names);
  assert.equal(told.length, 60);
  assert.equal(told.at(-1), '2026-12-01T09:00:00.000Z a line count=4999');
  assert.equal(told[0], '2026-12-01T09:00:00.000Z a line count=4940');
  writeFileSync(path, `{"msg":"${'x'.repeat(70_000)}"}\n{"msg":"short"}\n`);
  assert.deepEqual(logTail(path, names), ['… short']);
});
