// What the README fetches is called as a release calls it: the story runs those lines with a release that stands in.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gte } from 'semver';
import { descriptionOf } from '../release/description.ts';
import { checksums } from '../release/kinds/checksums.ts';
import { printedIn } from './read.ts';

const root = join(import.meta.dirname, '../..');
const { name, version, downloads, platforms } = descriptionOf(root);
const commands = printedIn('README.md', readFileSync(join(root, 'README.md'), 'utf8'))
  .map(({ command }) => command)
  .join('\n');
const named = [...commands.matchAll(/(?:\/v|toolcrib_)(\d+\.\d+\.\d+)/g)].map(([, one = '']) => one);

test('one version is named everywhere, and it is that of the packages, or the next one', () => {
  assert.equal(named.length, 2, named.join(' '));
  assert.equal(new Set(named).size, 1, named.join(' '));
  assert.ok(gte(named[0] ?? '', version), `the README fetches ${named[0]}, and the packages are ${version}`);
});

test('the file, the checksums and the Debian package are where a release puts them', () => {
  const at = downloads.replace(version, named[0] ?? '');
  const fetched = /https:\S+/.exec(commands)?.[0] ?? '';
  assert.equal(fetched, `${at}/{${name}-linux-x64.xz,SHA256SUMS}`);
  assert.match(checksums.what, /SHA256SUMS/);
  assert.ok(platforms.some((one) => one.name === 'linux-x64' && one.arch === 'amd64'));
  assert.ok(commands.includes(`sudo apt install ./${name}_${named[0]}_amd64.deb`));
});
