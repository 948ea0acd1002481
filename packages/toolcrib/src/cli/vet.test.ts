import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { goodHistory, licenceText, makeRepository, NOW } from '../vet/testing/repository.ts';

const scratch = mkdtempSync(join(tmpdir(), 'toolcrib-cli-vet-'));
const { commits, tags } = goodHistory(await licenceText('Apache-2.0'));
const fixture = makeRepository(commits, tags);
after(() => {
  fixture.remove();
  rmSync(scratch, { recursive: true });
});

const POLICY = join(scratch, 'policy.yaml');
const policy = (require: string) => {
  writeFileSync(
    POLICY,
    `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: a\n  profiles:\n    a: {require: [${require}]}\n`,
  );
  return ['--policy', POLICY];
};
/** The past that the fixture was made for. */
const AT = ['--at', new Date(NOW).toISOString()];

const ENTRY = `import { Command } from 'commander';
import { registerVet } from ${JSON.stringify(join(import.meta.dirname, 'vet.ts'))};
const program = new Command('toolcrib');
registerVet(program);
try { await program.parseAsync(process.argv.slice(1), { from: 'user' }); }
catch (error) { if (error.name !== 'ToolcribError') throw error; console.error(error.message + ' / ' + error.next); process.exitCode = error.exitCode; }`;

/** The command in a process of its own: real streams, real exit code. */
function vet(...args: string[]) {
  const node = ['--conditions=toolcrib-source', '--input-type=module', '--eval', ENTRY, '--'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...node, 'vet', ...args], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { stdout, stderr, status };
}

test('exit codes: 0 pass, 1 fail, 3 unknown decides, 2 for what the person got wrong', () => {
  assert.equal(vet(fixture.dir, ...AT, ...policy('licence, signed-tags')).status, 0);
  assert.equal(vet(fixture.dir, ...AT, ...policy('licence, known-vulnerabilities')).status, 3);
  for (const wrong of [
    [],
    ['/nowhere'],
    [fixture.dir, '--job', 'nothing'],
    [fixture.dir, '--policy', '/nowhere.yaml'],
    ['pkg:nonsense'],
    [`git:${fixture.dir}@v77.0.0`],
    [fixture.dir, '--at', '2999-01-01'],
    [fixture.dir, '--at', '5'],
    [fixture.dir, '--publish', '-o', 'sarif'],
    ['--verify', 'x.json', '-o', 'html'],
    ['--verify', fixture.dir],
  ]) {
    const run = vet(...wrong);
    assert.equal(run.status, 2, `${wrong}: ${run.stdout}${run.stderr}`);
    assert.match(run.stderr, / \/ .{10}/, `${wrong} says what next`);
  }
});

test('a failing criterion gives 1', () => {
  writeFileSync(
    join(scratch, 'strict.yaml'),
    'apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: a\n  thresholds: {active-contributors: {min: 99}}\n  profiles:\n    a: {require: [licence, active-contributors]}\n',
  );
  const run = vet(fixture.dir, ...AT, '--policy', join(scratch, 'strict.yaml'));
  assert.equal(run.status, 1);
  assert.match(run.stdout, /FAIL {5}active-contributors {2}3 people/);
});

test('saved, verified, compared: a pack goes round', () => {
  const folder = join(scratch, 'evidence');
  const saved = vet(`git:${fixture.dir}@v1.2.0`, ...AT, ...policy('licence'), '--save', folder);
  assert.match(saved.stderr, /evidence kept in .*fixture-1\.2\.0\.pack\.json/);
  const [file = ''] = readdirSync(folder);
  const pack = join(folder, file);
  const lax = vet('--verify', pack, '--offline');
  assert.match(lax.stdout, /^holds[\s\S]*its policy \(a, 1 required\) is not yours: by yours it is unknown/);
  assert.equal(lax.status, 3);
  const verified = vet('--verify', pack, '--offline', '--policy', POLICY);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /^holds/);
  const elsewhere = vet('--verify', pack, '--policy', POLICY, '--git', '/nowhere');
  assert.match(elsewhere.stdout, /only the pack itself speaks for: licence/);
  assert.equal(elsewhere.status, 3);
  writeFileSync(pack, readFileSync(pack, 'utf8').replace('"verdict":"pass"', '"verdict":"fail"'));
  assert.equal(vet('--verify', pack).status, 3);
  vet(`git:${fixture.dir}@v1.2.0`, ...AT, ...policy('licence'), '--save', pack);
  const since = vet('--since', pack, `git:${fixture.dir}@v1.4.0`, ...AT, ...policy('licence'));
  assert.match(since.stdout, /version 1\.2\.0 → 1\.4\.0/);
});

test('whoever made a pack does not choose the job it is judged for', () => {
  const file = join(scratch, 'jobs.yaml');
  writeFileSync(
    file,
    'apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: strict\n  jobs: {formatter: lax}\n  profiles:\n    strict: {require: [licence, known-vulnerabilities]}\n    lax: {require: [licence]}\n',
  );
  const pack = join(scratch, 'formatter.json');
  const made = vet(fixture.dir, ...AT, '--policy', file, '--job', 'formatter', '--save', pack);
  assert.equal(made.status, 0, made.stderr);
  const mine = vet('--verify', pack, '--policy', file);
  assert.match(
    mine.stdout,
    /against lax for formatter[\s\S]*by yours it is unknown\n {2}if that job[^\n]*--job formatter/,
  );
  assert.equal(mine.status, 3);
  assert.equal(vet('--verify', pack, '--policy', file, '--job', 'formatter').status, 0);
});

test('every format comes out whole, and --out writes it to a file', () => {
  const base = [fixture.dir, ...AT, ...policy('licence')];
  assert.equal(JSON.parse(vet(...base, '-o', 'json').stdout).kind, 'EvidencePack');
  assert.match(vet(...base, '-o', 'yaml').stdout, /^apiVersion: toolcrib/);
  assert.equal(JSON.parse(vet(...base, '-o', 'sarif').stdout).version, '2.1.0');
  assert.match(vet(...base, '-o', 'markdown').stdout, /^### ✅ pass/);
  const out = join(scratch, 'r.html');
  assert.equal(vet(...base, '-o', 'html', '--out', out).stdout, '');
  assert.match(readFileSync(out, 'utf8'), /^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('a URL is cloned bare, read, and removed', () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('toolcrib-clone-')).length;
  const run = vet(`git:file://${fixture.dir}@v1.3.0`, ...AT, ...policy('licence'), '-o', 'json');
  assert.equal(run.status, 0, run.stderr);
  assert.ok(
    JSON.parse(run.stdout).evidence.every(
      ({ source }: { source: { location: string } }) => source.location === `file://${fixture.dir}`,
    ),
  );
  assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith('toolcrib-clone-')).length, before);
  assert.equal(vet('git:ext::sh -c "touch /tmp/toolcrib-never"').status, 2);
  assert.equal(vet('git:file:///nowhere/at/all').status, 3);
});

test('a password in an address is passed on to nobody', () => {
  // Put together here, so that this file itself holds nothing that looks like a secret.
  const password = ['s3', 'cret'].join('');
  const run = vet(`git:https://ben:${password}@127.0.0.1:1/x/y`);
  assert.equal(run.status, 3);
  assert.match(run.stderr, /https:\/\/127\.0\.0\.1:1\/x\/y could not be cloned/);
  assert.ok(!run.stderr.includes(password));
  const cloned = vet(`git:file://ben:${password}@localhost${fixture.dir}`, ...AT, '-o', 'json');
  assert.ok(!(cloned.stdout + cloned.stderr).includes(password));
});

test('evidence of two tools with one name is kept apart', () => {
  const folder = join(scratch, 'twins');
  vet(fixture.dir, `file://${fixture.dir}`, '--save', folder, ...AT, ...policy('licence'));
  vet(fixture.dir, fixture.dir, '--save', folder, ...AT, ...policy('licence'));
  assert.deepEqual(readdirSync(folder).sort(), ['fixture-2.pack.json', 'fixture.pack.json']);
});

test('what a repository calls its tags does not act on the terminal through an error', () => {
  const evil = makeRepository(commits.slice(0, 2), [{ name: 'a\u009b31m-1.0.0', at: NOW / 1000 - 500 }]);
  const run = vet(`git:${evil.dir}@v9.9.9`, ...AT);
  evil.remove();
  assert.match(run.stderr, /newest release tags: a\\u\{9b\}31m-1\.0\.0/);
  assert.ok(!run.stderr.includes('\u009b'));
});

test('several are compared side by side; --criteria explains all', () => {
  const run = vet(`git:${fixture.dir}@v1.1.0`, `git:${fixture.dir}@v1.5.0`, ...AT, ...policy('licence'));
  assert.match(run.stdout, /fixture 1\.1\.0 +fixture 1\.5\.0/);
  assert.match(
    vet('--criteria').stdout,
    /absence-factor: Contributor absence factor[\s\S]*threshold \{"min":2,"days":365\}/,
  );
});

test('--publish lists what is missing, with commands, and fails while something is', () => {
  const bare = makeRepository([
    { author: 'A <a@example.org>', at: NOW / 1000 - 500, files: { 'main.go': 'package main' } },
  ]);
  const run = vet(bare.dir, '--publish', ...AT);
  bare.remove();
  assert.equal(run.status, 1);
  assert.match(run.stdout, /\[ \] README: there is none\n {6}\$EDITOR README\.md/);
});
