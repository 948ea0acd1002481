/** Ten gigabytes through the verifier and the archive reader, in a process of its own, whose memory is measured. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const here = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
/** KiB over what the same does with an empty file; the archive reader's streams leave more for the collector. */
const LIMIT = { verify: 64 * 1024, look: 128 * 1024 };

let folder: string;
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'big-'));
  writeFileSync(join(folder, 'small'), '');
  writeFileSync(join(folder, 'big'), '');
  // Sparse: it takes no room on the disk, and reads as zeros.
  truncateSync(join(folder, 'big'), 10 * 1024 ** 3);
  writeFileSync(join(folder, 'sums'), `${'0'.repeat(64)}  big\n${'0'.repeat(64)}  small\n`);
});
after(() => rmSync(folder, { recursive: true }));

/** @returns what the script printed, and the most memory its process held, in KiB */
function measured(script: string): { printed: string; memory: number } {
  const code = `${script}\nprocess.stderr.write(''); console.log(process.resourceUsage().maxRSS);`;
  const args = ['--conditions=toolcrib-source', '--input-type=module-typescript', '-e', code];
  const [printed = '', memory] = execFileSync(process.execPath, args, { encoding: 'utf8', timeout: 300_000 })
    .trim()
    .split('\n');
  return { printed, memory: Number(memory) };
}

const verify = (name: string) => `
  import { runVerify } from ${here('./command.ts')};
  const { code } = await runVerify({
    artefact: { file: ${JSON.stringify('NAME')}.replace('NAME', ${JSON.stringify(join(folder, name))}) },
    checksums: ${JSON.stringify(join(folder, 'sums'))},
  });
  console.log(code);`;

const look = (name: string) => `
  import { lookInside } from ${here('../archive/look.ts')};
  await lookInside(${JSON.stringify(join(folder, name))}).then((inside) => console.log(inside.files + ' files'), (error) => console.log(error.code));`;

describe('a 10 GB file', () => {
  it('is verified with flat memory', () => {
    const small = measured(verify('small'));
    const big = measured(verify('big'));
    assert.deepEqual([small.printed, big.printed], ['artefact-mismatch', 'artefact-mismatch']);
    assert.ok(big.memory - small.memory < LIMIT.verify, `${small.memory} → ${big.memory} KiB`);
  });

  it('is looked into up to the limit, with flat memory', () => {
    const small = measured(look('small'));
    const big = measured(look('big'));
    assert.deepEqual([small.printed, big.printed], ['1 files', 'limit']);
    assert.ok(big.memory - small.memory < LIMIT.look, `${small.memory} → ${big.memory} KiB`);
  });
});
