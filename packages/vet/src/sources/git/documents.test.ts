import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cpuTime } from '@toolcrib/model/testing/cpu-time.ts';
import { declaredLicence, hasContact, isPolicy, sbomFormat, timeframes } from './documents.ts';

const days = (text: string) => timeframes(text).map((frame) => frame.days);

test('time frames are those in which something is done with a report', () => {
  const cases: [string, number[]][] = [
    ['You will have an answer within 14 days.', [14]],
    ['We aim to triage in 5 business days.', [5]],
    ['### Response time\n48 hours', [2]],
    ['- **Acknowledgement**: 3 days\n- **Fix**: 90 days', [3, 90]],
    ['Please allow ninety (90) days before public disclosure.', [90]],
    ['| severity | fixed in |\n| --- | --- |\n| high | 30 days |', [30]],
    ['We respond to reports on supported versions within two weeks.', [14]],
    // How long a version lives is no promise to whoever reports something.
    ['Each release is supported for 12 months. Mail security@example.org.', []],
    ['Mail security@example.org. Only versions younger than 6 months receive fixes.', []],
    ['Versions older than 90 days are not patched. We answer when we can.', []],
    ['A release comes out every 2 weeks.', []],
  ];
  for (const [text, expected] of cases) assert.deepEqual(days(text), expected, text);
});

test('a chapter on the product’s security is no policy for reports', () => {
  const chapter =
    '# Security of the product\nLog in with admin@example.org. Tokens expire within 24 hours.\n';
  const cases: [string, string, boolean][] = [
    ['docs/security.md', chapter, false],
    ['docs/security.md', '# Security\n\n## Reporting a vulnerability\n', true],
    ['docs/security.md', '# Security Policy\n', true],
    ['docs/SECURITY.md', chapter, true],
    ['SECURITY.md', '', true],
    ['.github/security.md', chapter, true],
  ];
  for (const [path, text, policy] of cases) assert.equal(isPolicy(path, text), policy, `${path} ${text}`);
});

test('an SBOM is one by its content', () => {
  assert.equal(sbomFormat('{"bomFormat": "CycloneDX", "specVersion": "1.6"}'), 'cyclonedx');
  assert.equal(sbomFormat('<bom xmlns="http://cyclonedx.org/schema/bom/1.5">'), 'cyclonedx');
  assert.equal(sbomFormat('{"spdxVersion":"SPDX-2.3"}'), 'spdx');
  assert.equal(sbomFormat('SPDXVersion: SPDX-2.3\n'), 'spdx');
  for (const none of ['', '{}', '{"bomFormat":"none"}', '# our SBOM: to do'])
    assert.equal(sbomFormat(none), null, none);
});

test('no text of a stranger keeps a pattern busy', () => {
  const units = [
    '\n',
    '\r',
    ' \n',
    '\u2028',
    '\t',
    'https://',
    'a@',
    '1 day ',
    '1-',
    'x. ',
    'license\n',
    'licence = ',
    '"spdxVersion" ',
  ];
  for (const unit of units) {
    const text = unit.repeat(1_000_000 / unit.length);
    for (const read of [
      sbomFormat,
      hasContact,
      timeframes,
      (one: string) => declaredLicence('Cargo.toml', one),
      (one: string) => isPolicy('docs/security.md', one),
    ]) {
      const started = cpuTime();
      read(text);
      assert.ok(cpuTime() - started < 2000, `${read} ${JSON.stringify(unit)}`);
    }
  }
});
