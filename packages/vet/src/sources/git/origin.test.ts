import assert from 'node:assert/strict';
import { test } from 'node:test';
import { originContradicts } from './origin.ts';

test('a clone of another repository of the host contradicts; a mirror, a folder or nothing does not', () => {
  const same = [
    'https://github.com/derailed/k9s',
    'https://github.com/Derailed/K9s.git/',
    'https://x-token@github.com/derailed/k9s.git',
    'ssh://git@github.com:22/derailed/k9s.git',
    'git@github.com:derailed/k9s.git',
    'https://git.example.org/mirror/k9s.git',
    '/srv/git/evil.git',
    undefined,
  ];
  for (const origin of same)
    assert.equal(originContradicts('pkg:github/derailed/k9s', origin), null, String(origin));
  for (const origin of ['https://github.com/evil/k9s', 'git@github.com:derailed/k9s-fork.git'])
    assert.match(
      originContradicts('pkg:github/derailed/k9s', origin) ?? '',
      /and not of github\.com\/derailed\/k9s/,
    );
  assert.equal(originContradicts('pkg:npm/k9s', 'https://github.com/evil/k9s'), null);
});
