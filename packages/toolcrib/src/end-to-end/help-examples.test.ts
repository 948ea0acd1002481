import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { paths, put, seen, until } from '@toolcrib/guard/testing/target.ts';
import { runDeployment, runStatefulSet } from '@toolcrib/guard/testing/workloads.ts';
import type { Hold } from '@toolcrib/model';
import { realClients } from '@toolcrib/sandbox';
import type { Command } from 'commander';
import { explanationOf } from '../faces/cli/help.ts';
import { programFor } from '../faces/cli/program.ts';
import { CLI, launch, NODE, type Outcome } from '../testing/programs.ts';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

// The examples of help, typed as they stand there into a shell before a guarded cluster: all that one cluster can show.

let stage: Stage;
let env: Record<string, string>;
const ran = new Set<string>();

before(async () => {
  stage = await openStage(openGuardedSandbox, { waitSeconds: 1 });
  const { target } = stage;
  for (const name of ['streaming', 'shop'])
    await put(target, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await runStatefulSet(target, 'streaming', 'kafka', 2);
  await runDeployment(target, 'default', 'web', 2);
  await put(target, paths.core('shop', 'pods'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'web-0' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [{ name: 'main', image: 'registry.k8s.io/pause:3.10' }],
    },
  });
  const bin = join(stage.home.folder, 'bin');
  mkdirSync(bin);
  const program = [process.execPath, ...NODE, CLI].map((word) => `'${word}'`).join(' ');
  writeFileSync(join(bin, 'toolcrib'), `#!/bin/sh\nexec ${program} "$@"\n`, { mode: 0o755 });
  const clients = dirname((await realClients()).kubectl);
  env = { ...stage.home.env, PATH: `${bin}:${clients}:${process.env.PATH}` };
});
after(() => stage?.close());

/** An example in a real shell. What stands there for an act, a code or a context is put in: nothing else is changed. */
async function typed(line: string, stands: { act?: string; code?: string } = {}): Promise<Outcome> {
  ran.add(line);
  const real = line
    .replace('act-7k2m9cx', stands.act ?? 'act-7k2m9cx')
    .replace('K7QMD', stands.code ?? 'K7QMD')
    .replace('--context prod', '--context enforce');
  return launch('/bin/bash', ['-c', real], { env }).done;
}

async function runs(line: string, stands: { act?: string; code?: string } = {}): Promise<string> {
  const { code, stdout, stderr } = await typed(line, stands);
  assert.equal(code, 0, `${line}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

const kafka = paths.apps('streaming', 'statefulsets/kafka');

async function heldKafka(): Promise<Hold> {
  const refused = await stage.run('enforce', ['delete', 'sts', 'kafka', '-n', 'streaming']);
  const code = /([A-Z0-9]{5}) HELD by toolcrib/.exec(refused.stderr)?.[1] ?? assert.fail(refused.stderr);
  return stage.guard.api.hold(code);
}

test('to look: radius, guard status, doctor, held, log', async () => {
  assert.match(await runs('toolcrib radius sts/kafka -n streaming'), /StatefulSet streaming\/kafka/);
  assert.match(await runs('toolcrib radius deploy/web --scale 0'), /Pod web-/);
  assert.match(await runs('toolcrib radius ns/shop --context prod'), /Pod web-0/);
  assert.match(await runs('toolcrib guard status'), /enforce/);
  assert.equal(JSON.parse(await runs('toolcrib guard status -o json')).running, true);
  assert.match(await runs('toolcrib guard start'), /was running already/);
  assert.match(await runs('toolcrib held'), /Nothing is held/);
  for (const line of ['toolcrib doctor', 'toolcrib doctor -o json']) {
    const said = await typed(line);
    assert.ok([0, 1, 3].includes(said.code), said.stderr);
    assert.equal(said.stderr, '');
  }
});

test('first use without questions: what it would do is told, and then done', async () => {
  const would = await typed('toolcrib setup -o json < /dev/null');
  assert.equal(would.code, 1, would.stderr);
  assert.ok(JSON.parse(would.stdout));
  await runs('toolcrib setup --yes --no-hook');
});

test('on and off, as a shell evaluates them', async () => {
  for (const line of ['eval "$(toolcrib on)"', 'eval "$(toolcrib off)"']) await runs(line);
  assert.ok(JSON.parse(await runs('toolcrib on -o json')).variables.KUBECONFIG);
  assert.match(await runs('toolcrib run -- kubectl delete pod web-0 -n shop'), /pod "web-0" deleted/);
});

test('a no, a softened yes and its undo, another and its finish, and a yes as it was sent', async () => {
  const denied = await heldKafka();
  assert.match(await runs('toolcrib held K7QMD', denied), /toolcrib approve \S+ --softened/);
  assert.match(await runs('toolcrib deny K7QMD', denied), /Refused\. Nothing was sent\./);

  const again = ['delete', 'sts', 'kafka', '-n', 'streaming'];
  for (const line of ['toolcrib finish act-7k2m9cx', 'toolcrib finish act-7k2m9cx --overdue']) {
    const soft = await heldKafka();
    assert.match(await runs('toolcrib approve K7QMD --softened', soft), /Approved softened/);
    const went = await stage.run('enforce', again);
    assert.equal(went.code, 0, went.stderr);
    const act = /toolcrib undo (act-\w+)/.exec(went.stderr)?.[1] ?? assert.fail(went.stderr);
    await runs(line, { act });
    await runs('toolcrib log act-7k2m9cx', { act });
    await runs('toolcrib undo act-7k2m9cx', { act });
    assert.ok(await seen(stage.target, kafka), 'it is back');
    await until(
      'its Pods run',
      async () =>
        (await stage.run('observe', ['rollout', 'status', 'sts/kafka', '-n', 'streaming', '--timeout=1s']))
          .code === 0,
    );
  }
  const asSent = await heldKafka();
  assert.match(await runs('toolcrib approve K7QMD --as-sent', asSent), /Approved as-sent/);
  for (const line of ['toolcrib log', 'toolcrib log --context prod -n 100', 'toolcrib log -o json'])
    assert.match(await runs(line), /kafka/);
});

test('at last: the guard is stopped, and all of it goes', async () => {
  assert.match(await runs('toolcrib guard stop'), /The guard is stopped/);
  assert.match(await runs('toolcrib uninstall --yes --purge'), /Removed \d+ files and folders/);
});

/** The others, each with the reason why one guarded cluster can't show it. */
const ELSEWHERE: Record<string, RegExp> = {
  'a show, or a cluster, that lives until Ctrl-C': /^toolcrib (demo|sandbox)\b/,
  'evidence needs a tool; no cluster has one': /^toolcrib vet\b/,
  'a program that not every machine has': /^toolcrib (app \w+|run -- k9s$|run --as agent -- claude$)/,
  'it asks, and here is nobody': /^toolcrib (approve K7QMD|uninstall|setup|doctor --bundle)$/,
  'what can be kept needs no name': /--without-net kafka$/,
  'only where no guard runs': /^toolcrib guard start --(port 6550|foreground)$/,
  'asked of the shells, in completion.test.ts': /completion (bash|zsh|fish)|^toolcrib complete acts$/,
};

test('every example of help was run, or is of those that are shown elsewhere', async () => {
  const lines = (command: Command): string[] => [
    ...(explanationOf(command)?.examples ?? []).map(([line]) => line),
    ...command.commands.flatMap(lines),
  ];
  const all = new Set(lines(await programFor('')));
  for (const line of all)
    assert.ok(ran.has(line) !== Object.values(ELSEWHERE).some((one) => one.test(line)), line);
  for (const line of ran) assert.ok(all.has(line), `no help has it: ${line}`);
});
