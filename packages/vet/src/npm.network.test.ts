import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assess } from './assess.ts';
import { packText } from './pack/pack.ts';
import { collectAgain } from './pack/recollect.ts';
import { verifyPack } from './pack/verify.ts';
import { readTrustPolicy } from './policy/default.ts';

const { policy } = await readTrustPolicy(undefined);

/** Two tools that are distributed by npm, over whatever registry npm is set to here: the real one or a mirror of it. */
for (const spec of ['npm:@bufbuild/buf@1.50', 'npm:prettier@3.5'])
  test(`${spec}, over the real registry`, { timeout: 120_000 }, async () => {
    const pack = await assess({ spec, files: [] }, (subject) => policy.resolve(subject), {
      now: () => Date.now(),
    });
    assert.match(pack.subject.version ?? '', /^(1\.50|3\.5)\.\d+$/);
    assert.deepEqual(pack.gaps, []);
    const verdict = (id: string) => pack.results.find(({ criterion }) => criterion === id)?.verdict;
    const doubts = pack.evidence.find(({ type }) => type === 'npm.package')?.value as {
      timesDoubt: string | null;
      signaturesDoubt: string | null;
      versions: number;
    };
    assert.ok(doubts.versions > 50);
    assert.equal(verdict('licence'), 'pass');
    // Years old, however the registry tells its times; unknown where they are not those of publication.
    assert.equal(verdict('cool-down'), doubts.timesDoubt === null ? 'pass' : 'unknown');
    if (doubts.signaturesDoubt !== null) assert.equal(verdict('declared-provenance'), 'unknown');
    else assert.notEqual(verdict('declared-provenance'), 'unknown');
    for (const id of ['active-contributors', 'signed-tags', 'trial-record'])
      assert.equal(verdict(id), 'unknown', id);
    const verification = await verifyPack(packText(pack), spec, (old) =>
      collectAgain(old, { network: true }),
    );
    assert.equal(verification.holds, true, JSON.stringify(verification.reread));
  });
