import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { affectsVersion } from './version.ts';

test('OSV: a version lies in a range exactly when it is between introduced and fixed', () => {
  const entry = (events: Record<string, string>[]) => [
    { package: { ecosystem: 'npm', name: 'x' }, versions: [], ranges: [{ type: 'SEMVER', events }] },
  ];
  const number = fc.integer({ min: 0, max: 30 });
  fc.assert(
    fc.property(number, number, number, (introduced, fixed, version) => {
      fc.pre(introduced < fixed);
      const answer = affectsVersion(
        entry([{ fixed: `${fixed}.0.0` }, { introduced: `${introduced}.0.0` }]),
        `${version}.0.0`,
      );
      assert.equal(answer, version >= introduced && version < fixed ? 'yes' : 'no');
    }),
  );
  assert.equal(affectsVersion(entry([{ introduced: '0' }]), '2026-may'), 'unknown');
  assert.equal(affectsVersion(entry([{ introduced: '0' }]), undefined), 'unknown');
  assert.equal(affectsVersion(entry([{ introduced: '1.0.0' }, { last_affected: '2.0.0' }]), 'v2.0.0'), 'yes');
  assert.equal(
    affectsVersion(
      [
        {
          package: { ecosystem: 'PyPI', name: 'x' },
          versions: [],
          ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }] }],
        },
      ],
      '1.0',
    ),
    'unknown',
  );
});
