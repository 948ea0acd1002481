import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { artefactOfBytes, artefactOfDigest } from './artefact.ts';
import { IN_TOTO, readStatement, type Subject, subjectFor } from './statement.ts';

const BYTES = Buffer.from('a tool\n');
const digest = (algorithm: string) => createHash(algorithm).update(BYTES).digest('hex');
const [sha1, sha256, sha384, sha512] = ['sha1', 'sha256', 'sha384', 'sha512'].map(digest) as [
  string,
  string,
  string,
  string,
];
const STATEMENT = {
  _type: 'https://in-toto.io/Statement/v1',
  subject: [{ name: 'tool', digest: { sha256 } }],
  predicateType: 'https://example.org/p',
  predicate: { any: 1 },
};
const read = (value: unknown, type = IN_TOTO) => readStatement(type, Buffer.from(JSON.stringify(value)));
const notUnderstood = (message: RegExp | string) => ({ code: 'not-understood', message });

describe('a statement', () => {
  it('is read in both versions', () => {
    assert.equal(IN_TOTO, 'application/vnd.in-toto+json');
    assert.deepEqual(read(STATEMENT), STATEMENT);
    assert.ok(read({ ...STATEMENT, _type: 'https://in-toto.io/Statement/v0.1' }));
  });

  it('is none in an envelope that says it holds something else, and the name of that is harmless', () => {
    assert.throws(
      () => read(STATEMENT, `text/pl\nain${'x'.repeat(200)}`),
      notUnderstood(/^the envelope holds "text\/pl ainx{89}", not an in-toto statement$/),
    );
  });

  it('is none without a subject, with too many, with digests that are no text, or of another type', () => {
    const subjects = (count: number) => Array(count).fill(STATEMENT.subject[0]);
    assert.equal(read({ ...STATEMENT, subject: subjects(10_000) }).subject.length, 10_000);
    for (const bad of [
      [],
      { ...STATEMENT, subject: [] },
      { ...STATEMENT, subject: subjects(10_001) },
      { ...STATEMENT, subject: [{ digest: { sha256: 1 } }] },
      { ...STATEMENT, _type: 'https://in-toto.io/Statement/v2' },
      { ...STATEMENT, predicateType: undefined },
    ])
      assert.throws(() => read(bad), notUnderstood('the signed payload is no in-toto statement'));
  });
});

describe('the subject that is an artefact', () => {
  const of = (...subject: Subject[]) =>
    subjectFor(read({ ...STATEMENT, subject }), artefactOfBytes('mine', BYTES));
  const zeros = (length: number) => '0'.repeat(length);

  it('is the one of which every strong digest is its own, in either case of letters', async () => {
    const good: Subject['digest'][] = [
      { sha256 },
      { sha384 },
      { sha512 },
      { sha256: sha256.toUpperCase() },
      { sha256, sha512 },
    ];
    for (const own of good)
      assert.equal(
        (await of({ name: 'other', digest: { sha256: zeros(64) } }, { name: 'it', digest: own })).name,
        'it',
      );
    // Weak ones beside it neither help nor hinder.
    assert.equal((await of({ name: 'it', digest: { sha1: zeros(40), sha256 } })).name, 'it');
  });

  it('is not one that has a foreign digest as well, or only weak ones, or none', async () => {
    const bad: Subject['digest'][] = [
      { sha256, sha512: zeros(128) },
      { sha384: zeros(96), sha256 },
      { sha1: sha1 },
      {},
    ];
    for (const digest of bad)
      await assert.rejects(of({ name: 'it', digest }), {
        code: 'other-subject',
        message: 'the attestation speaks of other bytes (it), not of mine',
      });
  });

  it('is looked for by what is named only: a digest alone is enough for a statement that names no other', async () => {
    const only = artefactOfDigest(sha256);
    assert.equal((await subjectFor(read(STATEMENT), only)).name, 'tool');
    const more = read({ ...STATEMENT, subject: [{ digest: { sha512 } }] });
    await assert.rejects(subjectFor(more, only), { code: 'unsupported' });
  });

  it('is missed by name, else by digest, in harmless text', async () => {
    await assert.rejects(of({ digest: { sha256: zeros(64) } }), {
      message: new RegExp(`\\(${zeros(64)}\\)`),
    });
    await assert.rejects(of({ name: `a\n${'b'.repeat(300)}`, digest: {} }), { message: /\(a b{198}\)/ });
    await assert.rejects(of({ digest: {} }), { message: /\(nothing\)/ });
  });
});
