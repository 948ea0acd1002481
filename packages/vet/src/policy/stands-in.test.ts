import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { makeRepository, NOW } from '../testing/repository.ts';
import { standsIn } from './stands-in.ts';

const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-stands-'));
const fixture = makeRepository([{ author: 'A <a@example.org>', at: NOW / 1000, files: { x: 'x' } }]);
after(() => {
  fixture.remove();
  rmSync(scratch, { recursive: true });
});
const git = (...args: string[]) => execFileSync('git', args, { stdio: 'pipe' });
const at = (...path: string[]) => join(scratch, ...path);
const clone = (name: string, origin: string) => {
  git('clone', '--quiet', fixture.dir, at(name));
  git('-C', at(name), 'remote', 'set-url', 'origin', origin);
};
clone('evil', 'https://github.com/example/evil.git');
git('-C', at('evil'), 'worktree', 'add', '--quiet', '--detach', at('tree'));
mkdirSync(at('evil', 'sub'));
symlinkSync(at('evil'), at('link'));
clone('toolbox', 'git@github.com:team/toolbox.git');
git('clone', '--quiet', '--bare', fixture.dir, at('toolbox', 'k9s.git'));
mkdirSync(at('evil.git.d'));
mkdirSync(at('plain'));

const evil = { purl: 'pkg:github/example/evil', name: 'evil' };
const k9s = { purl: 'pkg:github/derailed/k9s', name: 'k9s' };
for (const [what, here, looked, answer] of [
  ['its top folder', at('evil'), { subject: k9s, dir: at('evil') }, true],
  ['a folder in it', at('evil', 'sub'), { subject: k9s, dir: at('evil') }, true],
  ['named by its .git', at('evil', 'sub'), { subject: k9s, dir: at('evil', '.git') }, true],
  ['reached by a link', at('link'), { subject: k9s, dir: at('evil') }, true],
  ['named by a link', at('evil'), { subject: k9s, dir: at('link') }, true],
  ['another work tree of it', at('evil'), { subject: k9s, dir: at('tree') }, true],
  ['the work tree, while the clone is named', at('tree'), { subject: k9s, dir: at('evil') }, true],
  ['a bare one', at('toolbox', 'k9s.git'), { subject: k9s, dir: at('toolbox', 'k9s.git') }, true],
  ['a clone of the purl that is asked for', at('evil'), { subject: evil }, true],
  ['the same with another clone named', at('evil', 'sub'), { subject: evil, dir: fixture.dir }, true],
  [
    'a clone called as the package',
    at('evil'),
    { subject: { purl: 'pkg:npm/%40x/evil', name: '@x/evil' } },
    true,
  ],
  [
    'a clone kept in the team’s own repository',
    at('toolbox'),
    { subject: k9s, dir: at('toolbox', 'k9s.git') },
    false,
  ],
  ['another clone beside it', at('toolbox'), { subject: evil, dir: at('evil') }, false],
  ['a folder whose name only begins alike', at('evil.git.d'), { subject: evil, dir: at('evil') }, false],
  ['no repository at all', at('plain'), { subject: k9s, dir: at('evil') }, false],
  ['no clone was named', at('toolbox'), { subject: k9s }, false],
  ['the clone is not there', at('toolbox'), { subject: k9s, dir: '/nowhere' }, false],
] as const)
  test(`whether one stands in what is looked at: ${what}: ${answer}`, async () => {
    assert.equal(await standsIn(looked, here), answer);
  });
