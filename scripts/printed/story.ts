// One person's day, in the commands that our pages print: each is run in a real bash as it is printed, in a fresh home, before
// a sandbox that is the person's cluster. What became of it is asked of the cluster, past the guard, or of the shell.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aPerson, type Person } from './person.ts';
import { blocksOf } from './read.ts';
import { tools } from './story-tools.ts';
import type { Told, Type } from './told.ts';
import { until } from './until.ts';

/**
 * @param start how `toolcrib` is started: a program and its first arguments
 * @param ran is told each command as it is printed
 */
export async function liveThroughIt(
  start: readonly string[],
  root: string,
  ran: (command: string) => void = () => undefined,
): Promise<void> {
  const person = await aPerson(start, root);
  const type: Type = async (command, { code = 0, says = /(?:)/, fill = {} } = {}) => {
    const line = Object.entries(fill).reduce(
      (text, [word, by]) => text.replaceAll(new RegExp(`\\b${word}\\b`, 'g'), () => by),
      command,
    );
    const said = await person.shell.run(line);
    const all = `$ ${line}\nended with ${said.code}\n${said.stdout}${said.stderr}`;
    assert.ok([code].flat().includes(said.code), all);
    assert.match(`${said.stdout}${said.stderr}`, says, all);
    ran(command);
    return said;
  };
  try {
    const told = { person, type, ran };
    await install(told);
    await setUp(told, root);
    await deleted(told);
    await agent(told, root);
    await leave(told);
    await tools(told);
  } finally {
    await person.shell.run('toolcrib uninstall --yes --purge');
    await person.close();
  }
}

async function install({ type, person }: Told): Promise<void> {
  const release = 'https://github.com/toolcrib/toolcrib/releases/download/v0.2.0';
  await type(`curl -fL --remote-name-all ${release}/{toolcrib-linux-x64.xz,SHA256SUMS}`);
  await type('sha256sum -c --ignore-missing SHA256SUMS', { says: /^toolcrib-linux-x64\.xz: OK$/m });
  await type('unxz toolcrib-linux-x64.xz && install -D toolcrib-linux-x64 ~/.local/bin/toolcrib');
  const { stdout } = await person.shell.run('~/.local/bin/toolcrib');
  assert.equal(stdout, 'the program of the release\n');
}

/** The GuardPolicy that a page prints. */
function policyOf(root: string, page: string): string {
  const block = blocksOf(readFileSync(join(root, page), 'utf8')).find(
    ({ language, lines }) => language === 'yaml' && lines.includes('kind: GuardPolicy'),
  );
  assert.ok(block, `${page} prints no GuardPolicy`);
  return block.lines.join('\n');
}

/** Where kubectl goes by now. */
async function server({ shell }: Person): Promise<string> {
  return (await shell.run(`kubectl config view --minify -o 'jsonpath={.clusters[0].cluster.server}'`)).stdout;
}

async function setUp({ type, person }: Told, root: string): Promise<void> {
  await person.direct('apply', '-f', join(root, 'examples'));
  await until('Kafka runs', async () => (await kafka(person)).length === 3);
  person.write('src/platform/guard.yaml', policyOf(root, 'docs/jobs/team.md'));
  await type('mkdir -p ~/.config/toolcrib');
  await type('ln -s ~/src/platform/guard.yaml ~/.config/toolcrib/guard.yaml');
  const own = await server(person);
  await type('eval "$(toolcrib on)"');
  assert.notEqual(await server(person), own, 'kubectl does not go through the guard');
  await type('toolcrib doctor', { says: /./ });
  await type('toolcrib guard status', { says: /prod-eu.*enforce/ });
  await type(`echo 'eval "$(toolcrib on)"' >> ~/.bashrc`);
  assert.equal(readFileSync(join(person.home, '.bashrc'), 'utf8'), 'eval "$(toolcrib on)"\n');
}

/** Kafka's running Pods by name and UID, as the cluster has them. */
async function kafka(person: Person): Promise<string[]> {
  const { items } = JSON.parse(
    await person.direct('get', 'pods', '-n', 'streaming', '-l', 'app=kafka', '-o', 'json'),
  ) as { items: { metadata: { name: string; uid: string; deletionTimestamp?: string } }[] };
  return items
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map(({ metadata }) => `${metadata.name} ${metadata.uid}`);
}

const isThere = async (person: Person) =>
  (await person.direct('get', 'sts', '-n', 'streaming', '-o', 'name', '--ignore-not-found')).trim() !== '';

/** Begins a delete and waits until it is held. */
async function held({ person }: Told, line: string) {
  const { done } = await person.shell.begin(line);
  let code = '';
  await until(`${line} is held`, async () => {
    const { stdout } = await person.shell.run('toolcrib held -o json');
    const waiting = (JSON.parse(stdout || '[]') as { code: string; waiting: boolean }[]).filter(
      (one) => one.waiting,
    );
    code = waiting[0]?.code ?? '';
    return code !== '';
  });
  return { done, CODE: code };
}

async function newest({ person }: Told): Promise<string> {
  return /act-\w+/.exec((await person.shell.run('toolcrib log')).stdout)?.[0] ?? '';
}

const DELETE = 'kubectl delete sts kafka -n streaming';

async function deleted(told: Told): Promise<void> {
  const { type, person } = told;
  const before = await kafka(person);
  await type('toolcrib radius sts/kafka -n streaming', { says: /kafka-2/ });

  const first = await held(told, DELETE);
  await type('toolcrib held', { says: new RegExp(first.CODE) });
  await type('toolcrib held CODE', { fill: { CODE: first.CODE }, says: /Pod kafka-1/ });
  await type('cd ~/.local/state/toolcrib');
  await type(
    'curl --unix-socket guard.sock -H "authorization: Bearer $(cat guard.secret)" http://localhost/v1/holds',
    { says: new RegExp(first.CODE) },
  );
  await person.shell.run('cd');
  await type('toolcrib deny CODE', { fill: { CODE: first.CODE } });
  assert.notEqual((await first.done).code, 0);
  assert.deepEqual(await kafka(person), before);

  const second = await held(told, DELETE);
  await type('toolcrib approve CODE --softened', { fill: { CODE: second.CODE } });
  assert.equal((await second.done).code, 0);
  assert.equal(await isThere(person), false);
  assert.deepEqual(await kafka(person), before, 'softened, and Pods went');
  await type('kubectl get pods,replicasets,controllerrevisions -A -l toolcrib.dev/act', { says: /kafka-0/ });
  await type('toolcrib log', { says: /softened/ });
  const ACT = await newest(told);
  await type('toolcrib log ACT', { fill: { ACT }, says: /kafka/ });
  await type('toolcrib undo ACT', { fill: { ACT } });
  assert.equal(await isThere(person), true);
  assert.deepEqual(await kafka(person), before, 'undone, and the Pods are others');

  const third = await held(told, DELETE);
  await person.shell.run(`toolcrib approve ${third.CODE} --softened`);
  await third.done;
  await type('toolcrib finish ACT', { fill: { ACT: await newest(told) } });
  await until('Kafka has gone', async () => (await kafka(person)).length === 0);
}

async function agent(told: Told, root: string): Promise<void> {
  const { type, person } = told;
  person.program('k9s', 'kubectl get deployments -n shop -o name');
  await type('toolcrib run -- k9s', { says: /deployment\.apps\/web/ });
  person.write('src/platform/guard.yaml', policyOf(root, 'docs/jobs/agent.md'));
  await type('toolcrib guard status', { says: /agents-ask/ });
  // It would pass for a person: nothing but a ConfigMap that no Pod uses.
  await person.direct('create', 'configmap', 'notes', '-n', 'shop');
  person.program('my-agent', 'kubectl delete configmap notes -n shop');
  const command = 'toolcrib run --as agent -- my-agent';
  const { done, CODE } = await held(told, command);
  await type('toolcrib held CODE', { fill: { CODE }, says: /agents-ask/ });
  await type('toolcrib deny CODE', { fill: { CODE } });
  const { code, stderr } = await done;
  assert.equal(code, 1, stderr);
  assert.match(stderr, / said no\. Nothing was sent to the cluster/);
  assert.match(await person.direct('get', 'configmap', 'notes', '-n', 'shop', '-o', 'name'), /notes/);
  told.ran(command);
}

async function leave({ type, person }: Told): Promise<void> {
  await type('eval "$(toolcrib off)"');
  assert.equal(await server(person), person.cluster.url);
  await type('kubectl get pv', { says: /Delete/ });
  const [NAME = ''] = (await person.direct('get', 'pv', '-o', 'name')).trim().split('\n');
  const patch = `kubectl patch pv NAME -p '{"spec":{"persistentVolumeReclaimPolicy":"Retain"}}'`;
  await type(patch, { fill: { NAME: NAME.replace('persistentvolume/', '') } });
  assert.match(
    await person.direct('get', NAME, '-o', 'jsonpath={.spec.persistentVolumeReclaimPolicy}'),
    /^Retain$/,
  );
}
