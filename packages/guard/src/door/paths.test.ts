import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { it } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import { codeOf, mutants, RECORDED } from '../testing/path-reading.ts';
import { admit } from './admit.ts';
import { contextPrefix } from './context-path.ts';
import { tokenTable } from './tokens.ts';

const PORT = 12_345;
const tokens = tokenTable();
tokens.add('secret', { id: 't', context: 'prod', person: 'aiko' });

/** What the door makes of a request line's target. */
function admitted(target: string) {
  const headers = { host: `127.0.0.1:${PORT}`, authorization: 'Bearer secret' };
  return admit({ url: target, headers } as IncomingMessage, PORT, tokens);
}

// What the API server's own readers make of each: `npm run node -- deep/paths/record.ts` wrote it.
const recorded = readFileSync(join(import.meta.dirname, '..', 'testing', 'paths.bin'));

it(`each of ${RECORDED} mutants of real paths is refused, or read as the API server reads it`, () => {
  assert.equal(recorded.length, RECORDED * 2);
  const counts = { refused: 0, read: 0 };
  for (const [at, mutant] of mutants(RECORDED).entries()) {
    const admission = admitted(mutant);
    if (!admission.admitted) {
      counts.refused++;
      continue;
    }
    const theirs = recorded.readUInt16BE(at * 2);
    if (theirs === 0) continue;
    counts.read++;
    const { target } = admission;
    assert.equal(codeOf(readingOf(target)), theirs, `${JSON.stringify(mutant)} is ${JSON.stringify(target)}`);
    // What goes on is read as what was judged.
    assert.deepEqual(parseRequestPath(admission.path), target, mutant);
  }
  assert.ok(counts.read > 5_000 && counts.refused > 5_000, JSON.stringify(counts));
});

it('before each of them a context’s prefix changes nothing, and a mutant of the prefix is none', () => {
  const prefix = contextPrefix('prod');
  for (const mutant of mutants(8192)) {
    if (!mutant.startsWith('/') || mutant.startsWith('/ctx')) continue;
    const [plain, prefixed] = [admitted(mutant), admitted(`${prefix}${mutant}`)];
    assert.equal(prefixed.admitted, plain.admitted, mutant);
    if (plain.admitted && prefixed.admitted) assert.deepEqual(prefixed.target, plain.target, mutant);
    const other = admitted(`${prefix.replace(/.$/, (last) => (last === '0' ? '1' : '0'))}${mutant}`);
    assert.equal(other.admitted, false, mutant);
  }
});

function readingOf(target: ReturnType<typeof parseRequestPath>) {
  if (target.type !== 'resource') return 'none';
  const { group, resource, namespace = '', name = '', subresource = '' } = target;
  return { group, resource, namespace, name, subresource: subresource.split('/')[0] ?? '' };
}
