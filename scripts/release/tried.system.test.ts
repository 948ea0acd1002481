// Each artefact is tried by the program of the field that it is for: sha256sum, openssl, tar, dpkg, skopeo, umoci, ruby.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { descriptionOf } from './description.ts';
import { deb } from './kinds/deb.ts';
import { KINDS } from './kinds/index.ts';
import { makeRelease } from './make.ts';
import { CLI, folder, LICENCES, ROOT, standIns } from './testing/stand-ins.ts';

const { version } = descriptionOf(ROOT);
const AT = new Date('2026-11-02T03:04:05Z');
const out = join(folder, 'out');
const run = (command: string, args: string[], cwd = out) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
/** npm's packs want a build, and the image half a minute: they have tests of their own. */
const QUICK = KINDS.filter(({ name }) => !['npm', 'oci', 'sbom'].includes(name));
const release = (to: string, more: object = {}) =>
  makeRelease({
    root: ROOT,
    kinds: QUICK,
    executables: standIns(version),
    folder: to,
    at: AT,
    licences: LICENCES,
    ...more,
  });

before(async () => {
  run(
    'openssl',
    ['genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', join(folder, 'key.pem')],
    folder,
  );
  run(
    'openssl',
    ['pkey', '-in', join(folder, 'key.pem'), '-pubout', '-out', join(folder, 'key.pub')],
    folder,
  );
  await release(out, { key: readFileSync(join(folder, 'key.pem'), 'utf8') });
});

test('the checksums are those of the files, all of them, and signed', () => {
  assert.doesNotMatch(run('sha256sum', ['--check', 'SHA256SUMS']), /FAILED/);
  const listed = readFileSync(join(out, 'SHA256SUMS'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.slice(66));
  const there = readdirSync(out, { recursive: true, encoding: 'utf8' }).filter((name) =>
    statSync(join(out, name)).isFile(),
  );
  assert.deepEqual(listed.toSorted(), there.filter((name) => !name.startsWith('SHA256SUMS')).toSorted());
  writeFileSync(
    join(folder, 'sig'),
    Buffer.from(readFileSync(join(out, 'SHA256SUMS.sig'), 'utf8'), 'base64'),
  );
  run('openssl', [
    'dgst',
    '-sha256',
    '-verify',
    join(folder, 'key.pub'),
    '-signature',
    join(folder, 'sig'),
    'SHA256SUMS',
  ]);
});

test('toolcrib itself verifies a file of the release, by its checksum and whose that is', () => {
  const verify = (file: string) =>
    spawnSync(
      process.execPath,
      [
        ...CLI,
        'vet',
        'verify',
        file,
        '--checksums',
        'SHA256SUMS',
        '--signature',
        'SHA256SUMS.sig',
        '--key',
        join(folder, 'key.pub'),
      ],
      { cwd: out, encoding: 'utf8' },
    );
  const file = `toolcrib-${version}-linux-x64.tar.gz`;
  const good = verify(file);
  assert.equal(good.status, 0, good.stdout + good.stderr);
  mkdirSync(join(folder, 'bad'), { recursive: true });
  const bad = join(folder, 'bad', file);
  writeFileSync(bad, 'something else');
  assert.equal(verify(bad).status, 1);
});

test('the provenance is signed over its very bytes, and names each file', () => {
  const { payload, payloadType, signatures } = JSON.parse(
    readFileSync(join(out, `toolcrib-${version}.intoto.jsonl`), 'utf8'),
  );
  const body = Buffer.from(payload, 'base64');
  // https://github.com/secure-systems-lab/dsse/blob/master/protocol.md, by hand.
  writeFileSync(
    join(folder, 'pae'),
    Buffer.concat([Buffer.from(`DSSEv1 28 ${payloadType} ${body.length} `), body]),
  );
  writeFileSync(join(folder, 'pae.sig'), Buffer.from(signatures[0].sig, 'base64'));
  run('openssl', [
    'dgst',
    '-sha256',
    '-verify',
    join(folder, 'key.pub'),
    '-signature',
    join(folder, 'pae.sig'),
    join(folder, 'pae'),
  ]);
  assert.equal(payloadType, 'application/vnd.in-toto+json');
  const { _type, subject, predicateType, predicate } = JSON.parse(body.toString());
  assert.deepEqual(
    [_type, predicateType],
    ['https://in-toto.io/Statement/v1', 'https://slsa.dev/provenance/v1'],
  );
  for (const { name, digest } of subject) assert.equal(run('sha256sum', [name]).slice(0, 64), digest.sha256);
  assert.ok(subject.length > 8);
  const [source] = predicate.buildDefinition.resolvedDependencies;
  assert.equal(source.digest.gitCommit, run('git', ['rev-parse', 'HEAD'], ROOT).trim());
});

test('without a key nothing looks signed; the same sources are the same bytes', async () => {
  const again = join(folder, 'again');
  await release(again);
  assert.ok(existsSync(join(again, `toolcrib-${version}.provenance.unsigned.json`)));
  assert.equal(existsSync(join(again, 'SHA256SUMS.sig')), false);
  const lines = (at: string) =>
    readFileSync(join(at, 'SHA256SUMS'), 'utf8')
      .split('\n')
      .filter((line) => !/intoto|provenance/.test(line));
  assert.deepEqual(lines(again), lines(out));
});

test('the single file and the archive run, the archive with licences, completions and man pages', () => {
  run('sh', ['-c', `xz -dc toolcrib-linux-x64.xz > ${folder}/one && chmod +x ${folder}/one`]);
  assert.equal(run(join(folder, 'one'), ['--version']).trim(), version);
  const at = join(folder, 'archive');
  mkdirSync(at);
  run('tar', ['-xzf', `toolcrib-${version}-linux-x64.tar.gz`, '-C', at]);
  assert.equal(run(join(at, 'toolcrib'), ['x']).trim(), 'linux-x64: x');
  assert.equal(readFileSync(join(at, 'LICENSE'), 'utf8'), readFileSync(join(ROOT, 'LICENSE'), 'utf8'));
  assert.equal(readFileSync(join(at, 'THIRD-PARTY-LICENSES.txt'), 'utf8'), LICENCES);
  assert.match(run('man', ['-l', join(at, 'man', 'toolcrib-undo.1')]), /toolcrib.undo/i);
  run('bash', ['-n', join(at, 'completions', 'toolcrib.bash')]);
  run('zsh', ['-n', join(at, 'completions', 'toolcrib.zsh')]);
  run('fish', ['-n', join(at, 'completions', 'toolcrib.fish')]);
});

test('dpkg installs the Debian package, knows its files, and takes it away again', () => {
  const file = join(out, `toolcrib_${version}_amd64.deb`);
  assert.match(
    run('dpkg-deb', ['--info', join(out, `toolcrib_${version}_arm64.deb`)]),
    /Architecture: arm64/,
  );
  const there = spawnSync('dpkg-query', ['--show', 'toolcrib'], { encoding: 'utf8' }).stdout;
  assert.equal(
    there,
    '',
    'toolcrib is installed here, and this test would take it away: sudo apt purge toolcrib',
  );
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const asRoot = (...args: string[]) => {
    const [command = '', ...rest] = [...sudo, ...args];
    return run(command, rest);
  };
  // Its libraries may not be there, where nothing else needs them; apt would bring them.
  asRoot('dpkg', '--force-depends', '--install', file);
  try {
    assert.equal(run('/usr/bin/toolcrib', ['--version']).trim(), version);
    assert.equal(run('dpkg', ['--verify', 'toolcrib']), '');
    const files = run('dpkg', ['--listfiles', 'toolcrib']).split('\n');
    for (const path of [
      'bash-completion/completions/toolcrib',
      'zsh/vendor-completions/_toolcrib',
      'fish/vendor_completions.d/toolcrib.fish',
      'doc/toolcrib/copyright',
      'man/man1/toolcrib-undo.1.gz',
      'doc/toolcrib/changelog.gz',
    ])
      assert.ok(files.includes(`/usr/share/${path}`), path);
    assert.equal(statSync('/usr/share/doc/toolcrib/copyright').uid, 0);
    assert.equal(statSync('/usr/share/doc/toolcrib/copyright').mode & 0o777, 0o644);
  } finally {
    asRoot('dpkg', '--purge', 'toolcrib');
  }
  assert.equal(existsSync('/usr/bin/toolcrib'), false);
});

test('what the package depends on is what Node is linked with', async () => {
  const depends = run('dpkg-deb', ['--field', join(out, `toolcrib_${version}_amd64.deb`), 'Depends'], folder);
  const libraries = run('ldd', [process.execPath], folder).matchAll(/=> (\/\S+)/g);
  for (const [, path = ''] of libraries) {
    const real = run('realpath', [path], folder).trim();
    // Debian knows its files by either of two paths, since /lib is /usr/lib.
    const owner =
      [real, real.replace(/^\/usr/, '')]
        .map((one) => spawnSync('dpkg', ['--search', one], { encoding: 'utf8' }).stdout)
        .find((text) => text !== '') ?? '';
    assert.ok(depends.includes(owner.split(':')[0] ?? '?'), `${path}: ${owner}`);
  }
});

test('the formula, as Ruby reads it, has for each machine the archive of its own, and installs what is in it', () => {
  const brew = join(folder, 'brew.rb');
  writeFileSync(brew, BREW);
  for (const [os, arch, platform] of [
    ['linux', 'intel', 'linux-x64'],
    ['linux', 'arm', 'linux-arm64'],
    ['macos', 'arm', 'darwin-arm64'],
  ]) {
    const archive = `toolcrib-${version}-${platform}.tar.gz`;
    const at = join(folder, `brewed-${platform}`);
    mkdirSync(at);
    run('tar', ['-xzf', archive, '-C', at]);
    const formula = join(out, 'homebrew', 'toolcrib.rb');
    const told = JSON.parse(run('ruby', [brew, formula, os ?? '', arch ?? ''], at));
    assert.equal(told.url, `https://github.com/toolcrib/toolcrib/releases/download/v${version}/${archive}`);
    assert.equal(told.sha256, run('sha256sum', [archive]).slice(0, 64));
    assert.deepEqual([told.version, told.license], [version, 'Apache-2.0']);
    const inside = readdirSync(at, { recursive: true, encoding: 'utf8' });
    const files = inside.filter((name) => statSync(join(at, name)).isFile());
    // Before it is installed: what is installed can't be written.
    const signs = [['codesign', '--force', '--sign', '-', 'toolcrib']];
    assert.deepEqual([told.ran, told.installed[0]], [os === 'macos' ? signs : [], 'toolcrib']);
    // Homebrew itself puts the licence beside.
    assert.deepEqual(told.installed.toSorted(), files.filter((name) => name !== 'LICENSE').toSorted());
  }
});

/** As much of Homebrew's language as a formula of an executable speaks. */
const BREW = `
require "json"
$told = { installed: [], ran: [] }
FILE, OS_NAME, ARCH = ARGV
module OS
  def self.mac? = OS_NAME == "macos"
end
class Place
  def install(*what) = what.flatten.each { |one| $told[:installed] << (one.is_a?(Hash) ? one.keys.first : one) }
end
class Formula
  class << self
    %i[desc homepage version license url sha256].each { |word| define_method(word) { |text| $told[word] = text } }
    def on_macos = (yield if OS_NAME == "macos")
    def on_linux = (yield if OS_NAME == "linux")
    def on_arm = (yield if ARCH == "arm")
    def on_intel = (yield if ARCH == "intel")
    def test; end
  end
  %i[bin doc man1 bash_completion zsh_completion fish_completion].each { |place| define_method(place) { Place.new } }
  def system(*words)
    raise "too late" if $told[:installed].any?
    $told[:ran] << words
  end
end
load FILE
Toolcrib.new.install
puts JSON.generate($told)
`;

test('a release without executables, and one without dpkg, says what is missing', async () => {
  await assert.rejects(
    release(join(folder, 'none'), { executables: folder }),
    /has no executable \(toolcrib-linux-x64, .*npm run binary/,
  );
  const path = process.env.PATH;
  process.env.PATH = folder;
  try {
    await assert.rejects(release(join(folder, 'none'), { kinds: [deb] }), /dpkg-deb|chmod/);
  } finally {
    process.env.PATH = path;
  }
});
