import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askerOf, openWitness } from './witness.ts';

const linux = { skip: process.platform !== 'linux' };

test('a process is recognised as long as it asks', linux, async () => {
  const witness = await openWitness('/v1/holds/A/answer{"as":"as-sent"}');
  assert.deepEqual(askerOf(witness.header, '/v1/holds/A/answer{"as":"as-sent"}'), { pid: process.pid });
  witness.close();
  assert.equal(askerOf(witness.header, '/v1/holds/A/answer{"as":"as-sent"}'), undefined);
});

test('nobody is taken for another process, nor for one that asks for something else', linux, async () => {
  const asked = '/v1/holds/A/answer{}';
  const witness = await openWitness(asked);
  const [, nonce] = witness.header.split(' ');
  const cases: [string, string | undefined, string][] = [
    ["another's pid", `${process.ppid} ${nonce}`, asked],
    ['the first process of all', `1 ${nonce}`, asked],
    ['another code', witness.header, '/v1/holds/B/answer{}'],
    ['another answer', witness.header, '/v1/holds/A/answer{"as":"as-sent"}'],
    ['a pid alone', String(process.pid), asked],
    ['nothing', undefined, asked],
    ['another text', `${process.pid} ../../x`, asked],
  ];
  for (const [what, header, of] of cases) assert.equal(askerOf(header, of), undefined, what);
  witness.close();
});

test('where nobody can look, a process is what it says', () => {
  assert.deepEqual(askerOf('4711', 'x', 'darwin'), { pid: 4711 });
  assert.equal(askerOf('0', 'x', 'darwin'), undefined);
});
