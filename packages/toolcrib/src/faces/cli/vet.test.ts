import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { goodHistory, licenceText, makeRepository, NOW } from '@toolcrib/vet/testing/repository.ts';
import { vetThread } from '../../testing/vet-thread.ts';

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

const ENTRY = `import { Command } from ${JSON.stringify(import.meta.resolve('commander'))};
import { registerVet } from ${JSON.stringify(join(import.meta.dirname, 'vet.ts'))};
const program = new Command('toolcrib');
registerVet(program);
try { await program.parseAsync(process.argv.slice(1), { from: 'user' }); }
catch (error) { if (error.name !== 'ToolcribError') throw error; console.error(error.message + ' / ' + error.next); process.exitCode = error.exitCode; }`;

/** The command in a process of its own: real streams, real exit code. Once for a verdict, once for an error: it loads for a second. */
function vetAlone(...args: string[]) {
  const node = ['--conditions=toolcrib-source', '--input-type=module', '--eval', ENTRY, '--'];
  const { stdout, stderr, status } = spawnSync(process.execPath, [...node, 'vet', ...args], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
    env: { ...process.env, NO_COLOR: '1' },
  });
  return { stdout, stderr, status };
}

const thread = vetThread();
after(() => thread.close());
const vet = (...args: string[]) => vetIn(import.meta.dirname, ...args);

/** @param cwd the folder that the person stands in */
async function vetIn(cwd: string, ...args: string[]) {
  const before = process.cwd();
  process.chdir(cwd);
  try {
    return await thread.run(args);
  } finally {
    process.chdir(before);
  }
}

test('exit codes: 0 pass, 1 fail, 3 unknown decides, 2 for what the person got wrong', async () => {
  assert.equal((await vet(fixture.dir, ...AT, ...policy('licence, signed-tags'))).status, 0);
  assert.equal((await vet(fixture.dir, ...AT, ...policy('licence, known-vulnerabilities'))).status, 3);
  assert.equal(vetAlone('/nowhere').status, 2);
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
    const run = await vet(...wrong);
    assert.equal(run.status, 2, `${wrong}: ${run.stdout}${run.stderr}`);
    assert.match(run.stderr, / \/ .{10}/, `${wrong} says what next`);
  }
});

test('a failing criterion gives 1', async () => {
  writeFileSync(
    join(scratch, 'strict.yaml'),
    'apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: a\n  thresholds: {active-contributors: {min: 99}}\n  profiles:\n    a: {require: [licence, active-contributors]}\n',
  );
  const run = vetAlone(fixture.dir, ...AT, '--policy', join(scratch, 'strict.yaml'));
  assert.equal(run.status, 1);
  assert.match(run.stdout, /FAIL {5}active-contributors {2}3 people/);
});

test('saved, verified, compared: a pack goes round', async () => {
  const folder = join(scratch, 'evidence');
  const saved = await vet(`git:${fixture.dir}@v1.2.0`, ...AT, ...policy('licence'), '--save', folder);
  assert.match(saved.stderr, /evidence kept in .*fixture-1\.2\.0\.pack\.json/);
  const [file = ''] = readdirSync(folder);
  const pack = join(folder, file);
  const lax = await vet('--verify', pack, '--offline');
  assert.match(lax.stdout, /^holds[\s\S]*its policy \(a, 1 required\) is not yours: by yours it is unknown/);
  assert.equal(lax.status, 3);
  const verified = await vet('--verify', pack, '--offline', '--policy', POLICY);
  assert.equal(verified.status, 0, verified.stdout + verified.stderr);
  assert.match(verified.stdout, /^holds/);
  const elsewhere = await vet('--verify', pack, '--policy', POLICY, '--git', '/nowhere');
  assert.match(elsewhere.stdout, /only the pack itself speaks for: licence/);
  assert.equal(elsewhere.status, 3);
  writeFileSync(pack, readFileSync(pack, 'utf8').replace('"verdict":"pass"', '"verdict":"fail"'));
  assert.equal((await vet('--verify', pack)).status, 3);
  await vet(`git:${fixture.dir}@v1.2.0`, ...AT, ...policy('licence'), '--save', pack);
  const since = await vet('--since', pack, `git:${fixture.dir}@v1.4.0`, ...AT, ...policy('licence'));
  assert.match(since.stdout, /version 1\.2\.0 → 1\.4\.0/);
});

test('whoever made a pack does not choose the job it is judged for', async () => {
  const file = join(scratch, 'jobs.yaml');
  writeFileSync(
    file,
    'apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: strict\n  jobs: {formatter: lax}\n  profiles:\n    strict: {require: [licence, known-vulnerabilities]}\n    lax: {require: [licence]}\n',
  );
  const pack = join(scratch, 'formatter.json');
  const made = await vet(fixture.dir, ...AT, '--policy', file, '--job', 'formatter', '--save', pack);
  assert.equal(made.status, 0, made.stderr);
  const mine = await vet('--verify', pack, '--policy', file);
  assert.match(
    mine.stdout,
    /against lax for formatter[\s\S]*by yours it is unknown\n {2}if that job[^\n]*--job formatter/,
  );
  assert.equal(mine.status, 3);
  assert.equal((await vet('--verify', pack, '--policy', file, '--job', 'formatter')).status, 0);
});

/** A clone with a work tree whose own policy asks for next to nothing. */
function laxClone(name: string, origin?: string) {
  const dir = join(scratch, name);
  spawnSync('git', ['clone', '--quiet', fixture.dir, dir]);
  if (origin !== undefined) spawnSync('git', ['-C', dir, 'remote', 'set-url', 'origin', origin]);
  mkdirSync(join(dir, 'policies'));
  writeFileSync(join(dir, 'policies', 'trust.yaml'), LAX);
  return dir;
}
const LAX =
  'apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: lax\n  jobs: {cluster-dashboard: lax}\n  profiles:\n    lax: {require: [licence]}\n';

test('a repository does not choose the policy it is judged by', async () => {
  const dir = laxClone('evil', 'https://github.com/example/evil.git');
  const job = ['--job', 'cluster-dashboard'];
  const run = await vetIn(dir, '.', ...AT, ...job, '-o', 'json');
  assert.equal(run.status, 3, run.stderr);
  const { source, profile } = JSON.parse(run.stdout).policy;
  assert.deepEqual([source.path, profile], ['toolcrib/policies/trust.yaml', 'changes-production']);
  assert.match(run.stderr, /^note: policies\/trust\.yaml of this folder belongs to .*--policy/m);
  assert.match((await vetIn(dir, '.', '--publish', ...AT)).stdout, /policy toolcrib\/policies\/trust\.yaml/);
  const named = await vetIn(dir, '.', ...AT, ...job, '--policy', 'policies/trust.yaml');
  assert.equal(named.status, 0, 'whose repository it is may say so');
  assert.equal(named.stderr, '');
});

test('the policy of the folder one stands in counts for every other tool, and packs say which it was', async () => {
  const box = laxClone('toolbox', 'https://github.com/team/toolbox.git');
  spawnSync('git', ['clone', '--quiet', '--bare', fixture.dir, join(box, 'k9s.git')]);
  const run = await vetIn(box, 'git:./k9s.git@v1.2.0', ...AT, '--save');
  assert.deepEqual([run.status, /note/.test(run.stderr)], [0, false], run.stderr);
  assert.match(run.stdout, /^policy policies\/trust\.yaml \(sha256 [0-9a-f]{12}\)$/m);
  assert.match(run.stdout, /^history of refs\/heads\/main at [0-9a-f]{12}$/m);
  const pack = join('evidence', 'k9s-1.2.0.pack.json');
  const { source } = JSON.parse(readFileSync(join(box, pack), 'utf8')).policy;
  assert.equal(source.sha256, createHash('sha256').update(LAX).digest('hex'));
  assert.equal((await vetIn(box, '--verify', pack)).status, 0);
  // A pack of the tool one stands in can't turn that policy off: the person has to say.
  const evil = join(scratch, 'evil');
  const own = join(scratch, 'own.json');
  await vetIn(evil, '.', ...AT, '--policy', 'policies/trust.yaml', '--save', own);
  const asked = await vetIn(evil, '--verify', own);
  assert.equal(asked.status, 2);
  assert.match(asked.stderr, /belongs to evil, the pack’s own tool.*--policy policies\/trust\.yaml/);
  assert.equal((await vetIn(evil, '--verify', own, '--policy', 'policies/trust.yaml')).status, 0);
});

test('an exception that has ended is not brought back by looking at the past', async () => {
  const end = (days: number) => new Date(NOW + days * 86_400_000).toISOString().slice(0, 10);
  const file = join(scratch, 'ended.yaml');
  const write = (expires: string) =>
    writeFileSync(
      file,
      `apiVersion: toolcrib.dev/v1alpha1\nkind: TrustPolicy\nspec:\n  default: a\n  profiles:\n    a: {require: [licence, trial-record]}\n  exceptions:\n    - {tool: fixture, criterion: trial-record, reason: r, approvedBy: me, expires: ${expires}}\n`,
    );
  const pack = join(scratch, 'excepted.json');
  write('2999-01-01');
  assert.equal((await vet(fixture.dir, ...AT, '--policy', file, '--save', pack)).status, 0);
  assert.equal((await vet('--verify', pack, '--policy', file)).status, 0);
  write(end(1));
  const at = await vet(fixture.dir, ...AT, '--policy', file);
  assert.equal(at.status, 3, at.stdout);
  const verified = await vet('--verify', pack, '--policy', file);
  assert.match(verified.stdout, /by yours it is unknown/);
  assert.equal(verified.status, 3);
});

test('a pack says how old it is, and --max-age makes an older one unknown', async () => {
  const pack = join(scratch, 'old.json');
  await vet(fixture.dir, ...AT, ...policy('licence'), '--save', pack);
  const days = Math.floor((Date.now() - NOW) / 86_400_000);
  const verify = (...more: string[]) => vet('--verify', pack, '--policy', POLICY, ...more);
  assert.match((await verify()).stdout, new RegExp(`pass on 2026-03-23 \\(${days} days ago\\)`));
  assert.equal((await verify('--max-age', String(days + 1))).status, 0);
  const old = await verify('--max-age', '30');
  assert.match(old.stdout, /older than 30 days/);
  assert.equal(old.status, 3);
  assert.equal((await verify('--max-age', 'soon')).status, 2);
});

test('every format comes out whole, and --out writes it to a file', async () => {
  const base = [fixture.dir, ...AT, ...policy('licence')];
  assert.equal(JSON.parse((await vet(...base, '-o', 'json')).stdout).kind, 'EvidencePack');
  assert.match((await vet(...base, '-o', 'yaml')).stdout, /^apiVersion: toolcrib/);
  assert.equal(JSON.parse((await vet(...base, '-o', 'sarif')).stdout).version, '2.1.0');
  assert.match((await vet(...base, '-o', 'markdown')).stdout, /^### ✅ pass/);
  const out = join(scratch, 'r.html');
  assert.equal((await vet(...base, '-o', 'html', '--out', out)).stdout, '');
  assert.match(readFileSync(out, 'utf8'), /^<!doctype html>[\s\S]*<\/html>\n$/);
});

test('a URL is cloned bare, read, and removed', async () => {
  const before = readdirSync(tmpdir()).filter((name) => name.startsWith('toolcrib-clone-')).length;
  const run = await vet(`git:file://${fixture.dir}@v1.3.0`, ...AT, ...policy('licence'), '-o', 'json');
  assert.equal(run.status, 0, run.stderr);
  assert.ok(
    JSON.parse(run.stdout).evidence.every(
      ({ source }: { source: { location: string } }) => source.location === `file://${fixture.dir}`,
    ),
  );
  assert.equal(readdirSync(tmpdir()).filter((name) => name.startsWith('toolcrib-clone-')).length, before);
  assert.equal((await vet('git:ext::sh -c "touch /tmp/toolcrib-never"')).status, 2);
  assert.equal((await vet('git:file:///nowhere/at/all')).status, 3);
});

test('a password in an address is passed on to nobody', async () => {
  // Put together here, so that this file itself holds nothing that looks like a secret.
  const password = ['s3', 'cret'].join('');
  const run = await vet(`git:https://ben:${password}@127.0.0.1:1/x/y`);
  assert.equal(run.status, 3);
  assert.match(run.stderr, /https:\/\/127\.0\.0\.1:1\/x\/y could not be cloned/);
  assert.ok(!run.stderr.includes(password));
  const cloned = await vet(`git:file://ben:${password}@localhost${fixture.dir}`, ...AT, '-o', 'json');
  assert.ok(!(cloned.stdout + cloned.stderr).includes(password));
});

test('evidence of two tools with one name is kept apart', async () => {
  const folder = join(scratch, 'twins');
  await vet(fixture.dir, `file://${fixture.dir}`, '--save', folder, ...AT, ...policy('licence'));
  await vet(fixture.dir, fixture.dir, '--save', folder, ...AT, ...policy('licence'));
  assert.deepEqual(readdirSync(folder).sort(), ['fixture-2.pack.json', 'fixture.pack.json']);
});

test('what a repository calls its tags does not act on the terminal through an error', async () => {
  const evil = makeRepository(commits.slice(0, 2), [{ name: 'a\u009b31m-1.0.0', at: NOW / 1000 - 500 }]);
  const run = await vet(`git:${evil.dir}@v9.9.9`, ...AT);
  evil.remove();
  assert.match(run.stderr, /newest release tags: a\\u\{9b\}31m-1\.0\.0/);
  assert.ok(!run.stderr.includes('\u009b'));
});

test('several are compared side by side; --criteria explains all', async () => {
  const run = await vet(
    `git:${fixture.dir}@v1.1.0`,
    `git:${fixture.dir}@v1.5.0`,
    ...AT,
    ...policy('licence'),
  );
  assert.match(run.stdout, /fixture 1\.1\.0 +fixture 1\.5\.0/);
  assert.match(
    (await vet('--criteria')).stdout,
    /absence-factor: Contributor absence factor[\s\S]*threshold \{"min":2,"days":365\}/,
  );
});

test('--publish lists what is missing, with commands, and fails while something is', async () => {
  const bare = makeRepository([
    { author: 'A <a@example.org>', at: NOW / 1000 - 500, files: { 'main.go': 'package main' } },
  ]);
  const run = await vet(bare.dir, '--publish', ...AT);
  bare.remove();
  assert.equal(run.status, 1);
  assert.match(run.stdout, /\[ \] README: there is none\n {6}\$EDITOR README\.md/);
});
