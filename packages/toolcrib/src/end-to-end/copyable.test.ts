import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { chart, WEB } from '@toolcrib/guard/testing/chart.ts';
import { inNamespace, paths, put, until } from '@toolcrib/guard/testing/target.ts';
import { podsOf } from '@toolcrib/guard/testing/workloads.ts';
import { commandsIn } from '@toolcrib/model';
import { realClients } from '@toolcrib/sandbox';
import { fitted } from '../faces/cli/terminal.ts';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

// What a person is given to copy stands in one row of a terminal of 80 columns, in the words of the real clients.

const COLUMNS = 80;

let stage: Stage;
before(async () => {
  stage = await openStage(openGuardedSandbox, { waitSeconds: 2 });
});
after(() => stage?.close());

/** The commands of a text that a terminal breaks. */
function broken(text: string, columns = COLUMNS): string[] {
  return text.split('\n').flatMap((line) => {
    let at = 0;
    return commandsIn(line).filter((command) => {
      const start = line.indexOf(command, at);
      at = start + command.length;
      return Math.floor(start / columns) !== Math.floor((at - 1) / columns);
    });
  });
}

/** @param expected commands that it must have */
function assertCopyable(text: string, ...expected: RegExp[]): void {
  for (const one of expected)
    assert.ok(
      commandsIn(text).some((command) => one.test(command)),
      `${one} in:\n${text}`,
    );
  assert.deepEqual(broken(text), [], text);
}

test('this test sees a broken command', () => {
  const told = `${'x'.repeat(70)} toolcrib undo act-1234567`;
  assert.deepEqual(broken(told), ['toolcrib undo act-1234567']);
  assert.deepEqual(broken('x\n  toolcrib undo act-1234567'), []);
});

async function apply(namespace: string): Promise<void> {
  const said = await stage.run('observe', ['apply', '-n', namespace, '-f', '-'], WEB);
  assert.equal(said.code, 0, said.stderr);
  await until('two Pods run', async () => {
    const pods = await podsOf(stage.target, namespace, 'web');
    return pods.length === 2 && pods.every((pod) => pod.status?.phase === 'Running');
  });
}

const UNDO = /^toolcrib undo act-/;

describe('kubectl', () => {
  for (const context of ['observe', 'warn'])
    test(`let go in ${context}`, () =>
      inNamespace(stage.target, async (namespace) => {
        await apply(namespace);
        const said = await stage.run(context, ['delete', 'deploy', 'web', '-n', namespace]);
        assert.equal(said.code, 0);
        assertCopyable(said.stderr, UNDO);
      }));

  test('held, seen, and approved softened', () =>
    inNamespace(stage.target, async (namespace) => {
      await apply(namespace);
      const refused = await stage.run('enforce', ['delete', 'deploy', 'web', '-n', namespace]);
      assertCopyable(refused.stderr, /^toolcrib held/, /^toolcrib approve .* --softened$/, /--as-sent$/);
      const hold = await stage.held(namespace);
      for (const args of [['held'], ['held', hold.code], ['log', hold.actId]]) {
        const { stdout } = await stage.home.cli(...args);
        for (const columns of [40, 60, COLUMNS, 100])
          assert.deepEqual(
            commandsIn(fitted(stdout, columns)).sort(),
            commandsIn(stdout).sort(),
            `${args.join(' ')} at ${columns}`,
          );
      }
      await stage.approve(hold, 'softened');
      const done = await stage.run('enforce', ['delete', 'deploy', 'web', '-n', namespace]);
      assert.equal(done.code, 0, done.stderr);
      assertCopyable(done.stderr, UNDO, /^toolcrib finish act-/);
    }));

  test('refused after a part of it went: the way back is there to be copied', () =>
    inNamespace(stage.target, async (namespace) => {
      await apply(namespace);
      const [service = '', conf = '', web = ''] = WEB.split('---\n');
      const input = [conf, web, service].join('---\n');
      const kubectl = stage.home.launch(
        (await realClients()).kubectl,
        ['delete', '-f', '-', '-n', namespace],
        {
          kubeconfig: stage.guard.kubeconfig('enforce'),
          input,
        },
      );
      const hold = await stage.held(namespace);
      await stage.guard.api.answer(hold.code, { as: 'denied' });
      assertCopyable((await kubectl.done).stderr, UNDO);
    }));

  test('a claim whose volume is retained first', () =>
    inNamespace(stage.target, async (namespace) => {
      await put(stage.target, paths.claims(namespace), {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        metadata: { name: 'data' },
        spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
      });
      await until('it is bound', async () => {
        const claim = await stage.target.https('GET', `${paths.claims(namespace)}/data`);
        return (claim.body as { status?: { phase?: string } }).status?.phase === 'Bound';
      });
      const args = ['delete', 'pvc', 'data', '-n', namespace, '--wait=false'];
      assertCopyable((await stage.run('enforce', args)).stderr, /^toolcrib approve .* --softened$/);
      await stage.approve(await stage.held(namespace), 'softened');
      const done = await stage.run('enforce', args);
      assert.equal(done.code, 0, done.stderr);
      assertCopyable(done.stderr, UNDO, /^toolcrib finish act-/);
    }));
});

test('helm puts up to 57 columns before a warning: it begins with the command, and the one to look fits behind them', () =>
  inNamespace(stage.target, async (namespace) => {
    const helm = async (context: string, ...args: string[]) =>
      stage.home.launch((await realClients()).helm, [...args, '-n', namespace], {
        kubeconfig: stage.guard.kubeconfig(context),
      }).done;
    await helm('observe', 'install', 'web', chart(stage.home.folder, namespace, WEB));
    await until('two Pods run', async () => (await podsOf(stage.target, namespace, 'web')).length === 2);
    const held = await helm('enforce', 'uninstall', 'web');
    const [hold] = await stage.holds(namespace);
    const warnings = held.stderr.split('\n').filter((line) => line.includes('Warning: '));
    const texts = warnings.map((line) => line.slice(line.indexOf('Warning: ') + 'Warning: '.length));
    for (const command of [`toolcrib held ${hold?.code}`, `toolcrib approve ${hold?.code} --as-sent`])
      assert.ok(
        texts.some((text) => text.startsWith(command)),
        held.stderr,
      );
    assert.deepEqual(broken(warnings.find((line) => line.includes('toolcrib held')) ?? 'none'), []);
    const warned = await helm('warn', 'uninstall', 'web');
    assert.match(warned.stderr, /Warning: toolcrib undo act-/);
  }));
