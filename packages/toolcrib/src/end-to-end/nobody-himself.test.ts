import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { put, until } from '@toolcrib/guard/testing/target.ts';
import { authorizationFor } from '../laptop/api/socket.ts';
import { openWitness } from '../laptop/api/witness.ts';
import { CLI } from '../testing/programs.ts';
import {
  type GuardHome,
  guardHome,
  heldOnce,
  inAllModes,
  policyText,
  type RunningGuard,
} from '../testing/running-guard.ts';
import { type GuardedTarget, openGuardedSandbox } from '../testing/stage.ts';

const ALL_HELD = policyText({ rules: [{ name: 'ask', when: 'effect.verb == "delete"', then: 'hold' }] });
const TOOLCRIB = `"${process.execPath}" --conditions=toolcrib-source --no-warnings "${CLI}"`;

let cluster: GuardedTarget;
let home: GuardHome;
let guard: RunningGuard;
before(async () => {
  cluster = await openGuardedSandbox();
  home = guardHome(inAllModes(cluster.kubeconfig, cluster.limited), ALL_HELD);
  guard = await home.start();
});
after(async () => {
  await guard?.stop();
  home?.remove();
  await cluster?.target.close();
});

/** One that the mark of a run is not in: what a program gets that unsets whatever it finds. */
const bare = () => `env -i PATH="$PATH" HOME="$HOME" TOOLCRIB_HOME="$TOOLCRIB_HOME"`;

/** As a program of somebody's own would ask. */
function rawAnswer(
  path: string,
  asker: string | undefined,
  body = JSON.stringify({ as: 'as-sent' }),
): Promise<{ status?: number; text: string }> {
  const { socket } = home.paths;
  const headers = {
    authorization: authorizationFor(socket),
    'content-type': 'application/json',
    ...(asker === undefined ? {} : { 'toolcrib-asker': asker }),
  };
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: socket, method: 'POST', path, headers, agent: false }, (response) => {
      let text = '';
      response.on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
}

let count = 0;
/**
 * A run whose script deletes something, and then answers the hold itself.
 * @param answer words of the shell; `$1` is the code
 */
async function runThatAnswers(kind: 'agent' | 'tool', answer: string) {
  const name = `own-${++count}`;
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
  await put(cluster.target, '/api/v1/namespaces/default/configmaps', object);
  const at = (file: string) => join(home.folder, `${name}.${file}`);
  const script = `
    kubectl delete configmap ${name} -n default > ${at('kubectl')} 2>&1 &
    until [ -s ${at('code')} ]; do sleep 0.05; done
    set -- "$(cat ${at('code')})"
    { ${answer}; } > ${at('said')} 2>&1
    echo $? > ${at('rc')}
    until [ -e ${at('end')} ]; do sleep 0.05; done
    wait`;
  writeFileSync(at('sh'), script);
  const how = kind === 'agent' ? ['--as', 'agent'] : [];
  const words = ['--conditions=toolcrib-source', '--no-warnings', CLI, 'run', ...how, '--', 'bash', at('sh')];
  const run = home.launch(process.execPath, words);
  const hold = await heldOnce(guard, ({ effect }) => 'target' in effect && effect.target?.name === name);
  writeFileSync(at('code'), hold.code);
  // The shell makes the file before it writes into it.
  await until('it was answered', async () => existsSync(at('rc')) && readFileSync(at('rc'), 'utf8') !== '');
  return {
    hold,
    said: () => readFileSync(at('said'), 'utf8'),
    code: Number(readFileSync(at('rc'), 'utf8')),
    stands: async () => (await guard.api.hold(hold.code)).state,
    async end() {
      writeFileSync(at('end'), '');
      await run.done;
    },
  };
}

it('who answered is whose process the connection shows, whatever name the answer gives itself', async () => {
  const run = await runThatAnswers('tool', 'true');
  const path = `/v1/holds/${run.hold.code}/answer`;
  const body = JSON.stringify({ as: 'denied', by: 'somebody else' });
  const witness = await openWitness(path + body);
  const { status } = await rawAnswer(path, witness.header, body);
  await witness.close();
  const { denied } = await guard.api.hold(run.hold.code);
  assert.deepEqual([status, denied?.by, denied?.from?.pid], [200, userInfo().username, process.pid]);
  await run.end();
});

describe('nobody says yes to himself', { skip: process.platform !== 'linux' }, () => {
  for (const kind of ['agent', 'tool'] as const) {
    it(`what a run's ${kind} asked for its own script does not approve`, async () => {
      const run = await runThatAnswers(kind, `${TOOLCRIB} approve "$1" --as-sent`);
      assert.match(run.said(), /belongs to the run.*\n {2}→ .*your own terminal/s);
      assert.deepEqual([run.code, await run.stands()], [1, 'open']);
      await guard.api.answer(run.hold.code, { as: 'denied' });
      await run.end();
    });
  }

  it('nor where every variable is unset, in a shell below, or in a session of its own', async () => {
    const run = await runThatAnswers(
      'agent',
      `for way in "" "setsid -w"; do bash -c '${bare()} '"$way"' "$0" --conditions=toolcrib-source --no-warnings "$1" approve "$2" --as-sent; echo "=> $?"' "${process.execPath}" "${CLI}" "$1"; done`,
    );
    assert.deepEqual(run.said().match(/=> \d/g), ['=> 1', '=> 1']);
    assert.equal(run.said().match(/belongs to the run/g)?.length, 2);
    assert.equal(await run.stands(), 'open');
    await guard.api.answer(run.hold.code, { as: 'denied' });
    await run.end();
  });

  for (const [what, env] of [
    ['with its mark', ''],
    ['with every variable unset', bare()],
  ] as const) {
    it(`nor where it has let go of its parents, ${what}`, async () => {
      const rc = join(home.folder, `let-go-${count}`);
      const answer = `setsid -f ${env} sh -c '${TOOLCRIB} approve '"$1"' --as-sent; echo $? > ${rc}'; until [ -s ${rc} ]; do sleep 0.05; done`;
      const run = await runThatAnswers('agent', answer);
      assert.equal(Number(readFileSync(rc, 'utf8')), 1, run.said());
      assert.match(run.said(), env === '' ? /belongs to the run/ : /can't be told whose process/);
      assert.equal(await run.stands(), 'open');
      await guard.api.answer(run.hold.code, { as: 'denied' });
      await run.end();
    });
  }

  it('a no is nobody’s yes: a run may say it', async () => {
    const run = await runThatAnswers('agent', `${TOOLCRIB} deny "$1"`);
    assert.deepEqual([run.code, await run.stands()], [0, 'denied'], run.said());
    await run.end();
  });

  it('nor does it finish a softened act, or say which cluster it is', async () => {
    for (const words of ['finish act-2222222', 'undo act-2222222 --same-cluster']) {
      const run = await runThatAnswers('agent', `${bare()} ${TOOLCRIB} ${words}`);
      assert.match(run.said(), /belongs to the run/, words);
      assert.equal(run.code, 1);
      await guard.api.answer(run.hold.code, { as: 'denied' });
      await run.end();
    }
  });

  it('nor over the socket, whichever way a yes is said there', async () => {
    const at = (file: string) => new URL(`../laptop/api/${file}.ts`, import.meta.url).href;
    const script = join(home.folder, 'raw.mjs');
    writeFileSync(
      script,
      `import { request } from 'node:http';
      import { authorizationFor } from '${at('socket')}';
      import { openWitness } from '${at('witness')}';
      const [socketPath, code] = process.argv.slice(2);
      for (const [path, said] of [
        ['/v1/holds/' + code + '/answer', { as: 'as-sent' }],
        ['/v1/holds/' + code + '/approve', { as: 'as-sent' }],
        ['/v1/acts/act-2222222/finish', {}],
        ['/v1/acts/act-2222222/undo', { sameCluster: true }],
      ]) {
        const body = JSON.stringify(said);
        const witness = await openWitness(path + body);
        const headers = { authorization: authorizationFor(socketPath), 'toolcrib-asker': witness.header };
        await new Promise((done) => {
          request({ socketPath, method: 'POST', path, headers, agent: false }, async (answer) => {
            console.log('=>', answer.statusCode, (await answer.toArray()).join(''));
            done();
          }).end(body);
        });
        witness.close();
      }`,
    );
    const run = await runThatAnswers(
      'agent',
      `${bare()} "${process.execPath}" --conditions=toolcrib-source --no-warnings ${script} "${home.paths.socket}" "$1"`,
    );
    assert.equal(run.said().match(/=> 409 .*belongs to the run/g)?.length, 4, run.said());
    assert.equal(await run.stands(), 'open');
    await guard.api.answer(run.hold.code, { as: 'denied' });
    await run.end();
  });

  it('nor does a client that shows no process, or another one’s', async () => {
    const run = await runThatAnswers('agent', 'true');
    for (const path of ['answer', 'approve'].map((one) => `/v1/holds/${run.hold.code}/${one}`))
      for (const asker of [undefined, String(process.pid), `${process.pid} ${'0'.repeat(16)}`]) {
        const { status, text } = await rawAnswer(path, asker);
        assert.equal(status, 409, text);
        assert.match(text, /can't be told whose process/);
      }
    assert.equal(await run.stands(), 'open');
    await guard.api.answer(run.hold.code, { as: 'denied' });
    await run.end();
  });

  it('what an agent starts under a run of its own is an agent’s all the same', async () => {
    const name = 'below';
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
    await put(cluster.target, '/api/v1/namespaces/default/configmaps', object);
    const run = await runThatAnswers(
      'agent',
      `${bare()} KUBECONFIG="${home.direct}" ${TOOLCRIB} run -- kubectl delete cm ${name} -n default & true`,
    );
    const below = await heldOnce(guard, ({ effect }) => 'target' in effect && effect.target?.name === name);
    assert.deepEqual([below.caller?.tool?.name, below.caller?.agent], ['kubectl', true]);
    for (const { code } of [below, run.hold]) await guard.api.answer(code, { as: 'denied' });
    await run.end();
  });

  it('also where it has let go of its parents and its mark: unknown is never a person', async () => {
    const name = 'let-go';
    const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
    await put(cluster.target, '/api/v1/namespaces/default/configmaps', object);
    const run = await runThatAnswers(
      'agent',
      `setsid -f ${bare()} KUBECONFIG="${home.direct}" ${TOOLCRIB} run -- kubectl delete cm ${name} -n default`,
    );
    const below = await heldOnce(guard, ({ effect }) => 'target' in effect && effect.target?.name === name);
    assert.equal(below.caller?.agent, true);
    for (const { code } of [below, run.hold]) await guard.api.answer(code, { as: 'denied' });
    await run.end();
  });

  it('a person outside of it approves, and the log tells who, how and from where', async () => {
    const run = await runThatAnswers('agent', `${TOOLCRIB} approve "$1" --as-sent`);
    assert.equal(run.code, 1);
    const { code, stderr } = await home.cli('approve', run.hold.code, '--as-sent');
    assert.equal(code, 0, stderr);
    await run.end();
    const text = await home.cli('log', run.hold.actId);
    assert.match(text.stdout, /by an agent of \w+, with bash/);
    assert.match(text.stdout, new RegExp(`${run.hold.code}: yes, as-sent, by \\w+ at .*from process \\d+`));
    const json = JSON.parse((await home.cli('log', run.hold.actId, '-o', 'json')).stdout);
    const [answer] = json.answers;
    assert.equal(json.act.caller.agent, true);
    assert.deepEqual(
      [answer.code, answer.requestId, answer.as],
      [run.hold.code, run.hold.requestId, 'as-sent'],
    );
    assert.match(answer.at, /^\d{4}-.*Z$/);
    assert.ok(answer.from.pid > 1);
  });
});
