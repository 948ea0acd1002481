import assert from 'node:assert/strict';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { loadDoorIdentity } from '../laptop/door-identity.ts';
import { type GuardHome, guardHome } from '../testing/running-guard.ts';

const fixtures = join(import.meta.dirname, 'fixtures');

// Recorded by `scripts/record-state.ts` of that very version; never recorded anew for a version that is out.
for (const version of readdirSync(fixtures).filter((name) => /^\d/.test(name))) {
  const from = join(fixtures, version);
  const counts = JSON.parse(readFileSync(join(from, 'counts.json'), 'utf8')) as Record<string, number>;

  describe(`what toolcrib ${version} left behind`, () => {
    const home = homeFrom(from);
    after(() => home.remove());

    it('has a journal that is read whole', async () => {
      const journal = home.journal();
      try {
        const acts = await journal.acts();
        const found: Record<string, number> = { acts: acts.length };
        for (const state of ['held', 'kept', 'answered', 'softened', 'refused'] as const)
          found[state] = (await journal.requests({ state })).length;
        found.holds = (await journal.holds()).length;
        found.softenings = (await journal.softenings()).length;
        const of = async <T>(read: (id: string) => Promise<T[]>) =>
          (await Promise.all(acts.map(({ id }) => read(id)))).flat();
        found.snapshots = (await of((id) => journal.snapshotsOf(id))).length;
        found.undos = (await of((id) => journal.undos(id))).length;
        assert.deepEqual(found, counts);
        assert.ok(Object.values(counts).every((count) => count >= 0) && acts.length > 5);
        for (const { objects } of await of((id) => journal.snapshotsOf(id)))
          assert.ok(
            objects.every(({ metadata }) => metadata.uid),
            'a snapshot has whole objects',
          );
      } finally {
        await journal.close();
      }
    });

    it('is shown by log, act by act', async () => {
      const { code, stdout, stderr } = await home.cli('log', '-o', 'json');
      assert.equal(code, 0, stderr);
      const shown = [...new Set(stdout.match(/act-[a-z0-9]{7}/g))];
      assert.equal(shown.length, counts.acts);
      for (const act of shown.slice(0, 3)) {
        const one = await home.cli('log', act);
        assert.equal(one.code, 0, one.stderr);
        assert.match(one.stdout, new RegExp(act));
      }
    });

    it('has who said yes to what was held, without what was not written down then', async () => {
      const journal = home.journal();
      const answered = (await journal.holds()).filter(({ answer, denied }) => answer ?? denied);
      await journal.close();
      assert.ok(answered.length > 0);
      for (const { actId, code, answer, denied } of answered.slice(0, 3)) {
        const { stdout, stderr } = await home.cli('log', actId);
        const by = answer ? `${code}: yes, ${answer.as}` : `${code}: no`;
        assert.ok(stdout.includes(by) && stdout.includes(`by ${(answer ?? denied)?.by}`), stdout + stderr);
        assert.doesNotMatch(stdout, /from process|undefined/);
      }
    });

    it('keeps its door: the same port, CA and tokens, so that what points there goes on working', async () => {
      const { port, ca, tokens } = JSON.parse(readFileSync(join(from, 'door.json'), 'utf8'));
      const now = await loadDoorIdentity(home.paths, Object.keys(tokens));
      assert.deepEqual({ port: now.port, ca: now.ca, tokens: now.tokens }, { port, ca: ca.cert, tokens });
    });
  });
}

/** A home of ours with what the recorded one had in its state folder. */
function homeFrom(folder: string): GuardHome {
  const home = guardHome(readFileSync(join(folder, 'direct-kubeconfig'), 'utf8'));
  mkdirSync(home.paths.journal, { mode: 0o700 });
  for (const file of ['journal.db', 'key']) cpSync(join(folder, file), join(home.paths.journal, file));
  // A checkout has no modes but that of programs.
  chmodSync(join(home.paths.journal, 'key'), 0o600);
  for (const file of ['door.json', 'kubeconfig', 'sources.json', 'guard.yaml'])
    cpSync(join(folder, file), join(home.paths.state, file));
  return home;
}
