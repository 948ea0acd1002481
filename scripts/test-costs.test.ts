import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { measured } from './test-costs.ts';

const root = mkdtempSync(join(tmpdir(), 'toolcrib-costs-'));
const before = process.env.TEST_COSTS;
after(() => {
  if (before === undefined) delete process.env.TEST_COSTS;
  else process.env.TEST_COSTS = before;
  rmSync(root, { recursive: true });
});

test('what a file costs is written down with what its children cost, and only where it was asked for', () => {
  const path = join(root, 'costs');
  delete process.env.TEST_COSTS;
  measured('not-asked.test.ts')();
  process.env.TEST_COSTS = path;
  const over = measured('a.test.ts');
  // Until it has used 300 ms of CPU itself, by its own account.
  const busy = 'while (process.cpuUsage().user < 300_000);';
  assert.equal(spawnSync(process.execPath, ['-e', busy]).status, 0);
  over();
  const [line = '', rest] = readFileSync(path, 'utf8').split('\n');
  const { file, cpu, wall } = JSON.parse(line);
  assert.deepEqual([file, rest], ['a.test.ts', '']);
  if (process.platform === 'linux') assert.ok(cpu >= 0.29, String(cpu));
  assert.ok(wall > 0);
});
