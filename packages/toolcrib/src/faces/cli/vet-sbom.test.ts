import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CLI, launch, NODE } from '../../testing/programs.ts';

// The real command line, over SBOMs of two versions.

const folder = mkdtempSync(join(tmpdir(), 'tc-vet-sbom-'));
after(() => rmSync(folder, { recursive: true }));

function sbom(name: string, version: string): string {
  const file = join(folder, name);
  const part = { type: 'library', name: 'yaml', version, purl: `pkg:npm/yaml@${version}` };
  writeFileSync(file, JSON.stringify({ bomFormat: 'CycloneDX', specVersion: '1.6', components: [part] }));
  return file;
}
const before = sbom('before.cdx.json', '2.8.0');
const later = sbom('after.cdx.json', '2.9.1');

const vet = (...args: string[]) =>
  launch(process.execPath, [...NODE, CLI, 'vet', ...args], {
    env: { PATH: process.env.PATH ?? '', HOME: folder, NO_COLOR: '1' },
  }).done;

test('an SBOM is judged, for people and for programs, and its verdict is the exit code', async () => {
  const text = await vet('sbom', before);
  // It names neither who made it nor when.
  assert.equal(text.code, 1, text.stderr);
  const data = await vet('sbom', before, '-o', 'json');
  assert.equal(data.code, 1);
  assert.equal(JSON.parse(data.stdout).verdict, 'fail');
});

test('what changed between two, by the command and by the option', async () => {
  for (const args of [
    ['sbom-diff', before, later],
    ['--sbom-diff', before, later],
  ]) {
    const { code, stdout, stderr } = await vet(...args);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^~ .*yaml.*2\.8\.0.*2\.9\.1/m);
  }
  const data = await vet('sbom-diff', before, later, '-o', 'yaml');
  assert.match(data.stdout, /2\.9\.1/);
});

test('one file is none to compare, two modes at once are refused, and so is a command with a letter missing', async () => {
  const table: [args: string[], says: RegExp][] = [
    [['--sbom-diff', before], /name two SBOMs/],
    [['--sbom-diff', before, later, '--criteria'], /--criteria and --sbom-diff are asked for one at a time/],
    [['verfy', before], /"verfy" is no folder.*\n {2}→ Did you mean toolcrib vet verify\?/],
    [['.', '--out', `${folder}/x.json`, '--save', `${folder}/x.json`], /name the same file/],
  ];
  for (const [args, says] of table) {
    const { code, stdout, stderr } = await vet(...args);
    assert.deepEqual([code, stdout], [2, ''], args.join(' '));
    assert.match(stderr, says);
  }
});
