import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { z } from 'zod';
import {
  checked,
  packsInput,
  publishInput,
  renewRootInput,
  sbomDiffInput,
  sbomInput,
  signatureInput,
  type ToolsInput,
  toolsInput,
} from './input.ts';
import { vetTools } from './tools.ts';

test('what is no input is refused in words that know no command line, before anything is looked at', async () => {
  const wrong: [ToolsInput, RegExp][] = [
    [{ specs: [] }, /names nothing/],
    [{ specs: ['a', 'b'], git: '.' }, /one tool’s/],
    [{ specs: ['a', 'b'], since: 'a.pack.json' }, /one tool’s/],
    [{ specs: ['a'], at: Date.now() + 60_000 }, /is not over yet/],
    [{ specs: ['a'], saveTo: 'x' } as ToolsInput, /saveTo/],
  ];
  for (const [input, message] of wrong)
    await assert.rejects(
      vetTools(input, () => assert.fail('it began')),
      (error: { code?: string; message: string }) => {
        assert.equal(error.code, 'usage');
        assert.match(error.message, message);
        assert.doesNotMatch(error.message, /--/);
        return true;
      },
    );
});

test('what is given and empty is never taken for what was not given', () => {
  const artefact = { file: 'tool' };
  const keyring = { by: 'openpgp', keyring: 'r' } as const;
  const empties: [z.ZodType, object, string][] = [
    ...(['policy', 'job', 'git', 'registry', 'since', 'keepIn'] as const).map(
      (name): [z.ZodType, object, string] => [toolsInput, { specs: ['a'], [name]: '' }, name],
    ),
    [toolsInput, { specs: ['a'], files: [''] }, 'files[0]'],
    [packsInput, { packs: [''] }, 'packs[0]'],
    ...(
      ['certificate', 'checksums', 'trustedRoot', 'purl', 'sourceRepository', 'sourceRef', 'builder'] as const
    ).map((name): [z.ZodType, object, string] => [signatureInput, { artefact, [name]: '' }, name]),
    [signatureInput, { artefact: { file: '' } }, 'artefact.file'],
    [signatureInput, { artefact: { clone: '', tag: 'v1' } }, 'artefact.clone'],
    [signatureInput, { artefact: { clone: '.', tag: '' } }, 'artefact.tag'],
    [signatureInput, { artefact, proof: { bundle: '' } }, 'proof.bundle'],
    [signatureInput, { artefact, signers: [{ ...keyring, fingerprint: '' }] }, 'signers[0].fingerprint'],
    [signatureInput, { artefact, signers: [{ by: 'key', key: '' }] }, 'signers[0].key'],
    [sbomInput, { file: '' }, 'file'],
    [sbomInput, { file: 'a', osv: '' }, 'osv'],
    [sbomInput, { file: 'a', purl: '' }, 'purl'],
    [sbomDiffInput, { before: '', after: 'b' }, 'before'],
    [renewRootInput, { mirror: '' }, 'mirror'],
    [renewRootInput, { root: '' }, 'root'],
  ];
  for (const [schema, input, place] of empties)
    assert.throws(
      () => checked(schema, input),
      ({ message }: Error) => {
        assert.match(message, /✖ is empty: [^\n]* is wanted\n/, place);
        assert.ok(message.endsWith(`→ at ${place}`), message);
        return true;
      },
    );
});

test('what is not said has its cautious answer', () => {
  assert.deepEqual(checked(packsInput, { packs: ['a'] }), { packs: ['a'], files: [], offline: false });
  assert.deepEqual(checked(publishInput, { spec: '.' }), { spec: '.', files: [] });
  assert.deepEqual(checked(toolsInput, { specs: [], since: 'a' }), { specs: [], since: 'a', files: [] });
  assert.throws(() => checked(packsInput, { packs: [] }), { code: 'usage' });
});

test('what is just allowed is', () => {
  const one = { specs: ['a'], files: [] };
  for (const more of [{}, { at: 0 }, { at: Date.now() }, { git: '.' }, { since: 'a.pack.json' }])
    assert.deepEqual(checked(toolsInput, { ...one, ...more }), { ...one, ...more });
  assert.deepEqual(checked(toolsInput, { specs: ['a', 'b'] }).specs, ['a', 'b']);
  assert.equal(checked(packsInput, { packs: ['a'], maxAgeDays: 0 }).maxAgeDays, 0);
  assert.throws(() => checked(packsInput, { packs: ['a'], maxAgeDays: -1 }), { code: 'usage' });
});
