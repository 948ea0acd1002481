// The part of the story in which a tool is looked at before it is adopted.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Told } from './told.ts';

/** A tool of two commits passes nothing: a verdict is fail, or unknown. */
const NO = [1, 3];
const AT = 'git:./k9s.git@v0.51.0';
const JOB = '--job cluster-dashboard';
const SAVED = 'evidence/k9s-0.51.0.pack.json';

export async function tools({ type, person }: Told): Promise<void> {
  const verdicts = { code: NO, says: /absence-factor/ };
  await type('git clone --bare https://github.com/derailed/k9s');
  await type(`toolcrib vet ${AT} ${JOB}`, verdicts);
  await type(`toolcrib vet ${AT} --commands`, { code: NO, says: /git .*log/ });
  await type(`toolcrib vet ${AT} git:./other.git@v2.0.0`, { code: NO, says: /other/ });
  await type('toolcrib vet ./path/to/clone', verdicts);
  await type('toolcrib vet verify tool.tar.gz --signature tool.tar.gz.minisig --key acme.pub', {
    says: /^PASS/,
  });
  await type(`toolcrib vet ${AT} ${JOB} --save`, verdicts);
  assert.ok(existsSync(join(person.home, SAVED)), `${SAVED} was not written`);
  await type(`toolcrib vet --verify ${SAVED} ${JOB}`, { code: NO, says: /holds/ });
  const fill = { PACK: SAVED };
  await type('toolcrib vet --verify PACK --git ./my-own-clone.git', { code: NO, fill, says: /holds/ });
  await person.shell.run(`cp ${SAVED} pack.json`);
  await type('toolcrib vet --verify pack.json', { code: NO, says: /./ });
  person.released('v0.52.0');
  await type('git -C k9s.git fetch --tags');
  await type(`toolcrib vet --since ${SAVED} git:./k9s.git@v0.52.0`, { code: NO, says: /0\.52\.0/ });
  await type('toolcrib vet --since PACK git:./k9s.git@v0.52.0', { code: NO, fill });
  await type(`toolcrib vet ${AT} --policy policies/trust.yaml ${JOB} --save`, verdicts);
  await type(`toolcrib vet --verify ${SAVED} --policy policies/trust.yaml ${JOB}`, {
    code: NO,
    says: /holds/,
  });
  await type(`toolcrib vet ${AT} ${JOB} -o sarif --out vet.sarif`, { code: NO });
  assert.ok(existsSync(join(person.home, 'vet.sarif')));
}
