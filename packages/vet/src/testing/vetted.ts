import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { assess } from '../assess.ts';
import { packText, sealPack } from '../pack/pack.ts';
import { collectAgain } from '../pack/recollect.ts';
import type { EvidencePack } from '../pack/schema.ts';
import { readTrustPolicy } from '../policy/default.ts';
import { judge } from '../policy/judge.ts';
import { goodHistory, licenceText, makeRepository, NOW } from './repository.ts';

/** A repository, and a pack of it, for the tests of the file that imports this. */
export let pack: EvidencePack;
export const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-pack-'));
export const { commits, tags } = goodHistory(await licenceText('Apache-2.0'));
export let fixture: ReturnType<typeof makeRepository>;
const { policy } = await readTrustPolicy(undefined);
export const osv = join(scratch, 'osv.json');
export const context = (now = NOW) => ({ now: () => now });
/** Vets with the default policy. */
export const vet = (spec: string, files: string[] = [osv], now = NOW) =>
  assess({ spec, files }, (subject) => policy.resolve(subject), context(now));
/** Reads a pack's sources again. */
export const again = (pack: EvidencePack) => collectAgain(pack, { network: false, files: [osv] });
before(async () => {
  writeFileSync(osv, JSON.stringify({ vulns: [] }));
  fixture = makeRepository(commits, tags);
  pack = await vet(fixture.dir);
});
after(() => {
  fixture.remove();
  rmSync(scratch, { recursive: true });
});

/** A forger can compute the hash anew. */
export const forge = (change: (copy: EvidencePack) => void) => {
  const { sha256: _, ...copy } = structuredClone(pack);
  change(copy as EvidencePack);
  return packText(sealPack(copy as never));
};

/** What a forger with the whole program at hand would do: change it, judge anew, hash anew. */
export const wellForged = (change: (copy: EvidencePack) => void, from = pack) => {
  const { sha256: _, ...copy } = structuredClone(from);
  change(copy as EvidencePack);
  const { results, verdict } = judge(
    copy.subject,
    copy.evidence as never,
    copy.gaps,
    copy.policy,
    Date.parse(copy.assessedAt),
  );
  return packText(sealPack({ ...copy, results, verdict } as never));
};
type Values = Record<string, unknown[]>;
/** A fact of a pack, to be changed: what it is from has other bytes now. */
export const factOf = (copy: EvidencePack, type: string) => {
  const found = copy.evidence.find((fact) => fact.type === type);
  assert.ok(found !== undefined);
  found.sha256 = 'c'.repeat(64);
  return found as { id: string; subject: string; source: { location: string }; value: Values };
};
