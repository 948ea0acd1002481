import assert from 'node:assert/strict';
import { request } from 'node:http';
import { userInfo } from 'node:os';
import { after, before, test } from 'node:test';
import { put, until } from '@toolcrib/guard/testing/target.ts';
import { authorizationFor } from '../laptop/api/socket.ts';
import { ASKER, openWitness } from '../laptop/api/witness.ts';
import type { ActStory } from '../operations/stories/story.ts';
import { openGuardedSandbox, openStage, type Stage } from '../testing/stage.ts';

// The guard's own API, asked over its socket as a program of somebody's would, with a real cluster behind it.

let stage: Stage;
before(async () => {
  stage = await openStage(openGuardedSandbox);
});
after(() => stage?.close());

const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
const configMap = (name: string) => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { key: 'value' },
});

/** @param shown whether the process shows that it is who asks */
async function ask(
  method: 'GET' | 'POST',
  path: string,
  { body = '', accept = 'application/json', shown = true } = {},
) {
  const { socket } = stage.home.paths;
  const witness = method === 'POST' && shown ? await openWitness(path + body) : undefined;
  const headers = {
    authorization: authorizationFor(socket),
    accept,
    ...(witness ? { [ASKER]: witness.header } : {}),
  };
  const answer = await new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const call = request({ socketPath: socket, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    call.on('error', reject);
    call.end(body);
  });
  await witness?.close();
  return answer;
}

const answerOf = async (...[method, path, more]: Parameters<typeof ask>) => {
  const { status, text } = await ask(method, path, more);
  assert.equal(status, 200, text);
  return JSON.parse(text);
};

test('what a cluster was asked for is told, undone as it goes, and written down as whose it is', async () => {
  await put(stage.target, CONFIG_MAPS, configMap('kept'));
  const radius = await answerOf('GET', '/v1/radius?what=cm%2Fkept&context=enforce');
  assert.deepEqual([radius.state, radius.counts.objects], ['complete', 1]);
  assert.equal((await stage.send('DELETE', `${CONFIG_MAPS}/kept`)).status, 200);

  // Its answer is written down a moment after the client has it.
  const { act, title, undoable } = await until('it is settled', async () => {
    const { stories } = await answerOf('GET', '/v1/acts?context=enforce&limit=1');
    return stories.find((story: ActStory) => story.became.word === 'carried out');
  });
  assert.deepEqual([title, undoable], ['delete configmap default/kept', true]);
  const { text } = await ask('POST', `/v1/acts/${act.id}/undo`, { accept: 'application/x-ndjson' });
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.ok(
    lines.some(({ event }) => event?.type === 'result' && event.result.result === 'done'),
    text,
  );
  assert.equal(lines.at(-1).value?.by, userInfo().username, text);
  assert.equal((await stage.target.https('GET', `${CONFIG_MAPS}/kept`)).status, 200);
  assert.equal((await answerOf('GET', `/v1/acts/${act.id}`)).became.word, 'undone');
});

test('what is not there, or can’t be told whose yes it is, is said with its code', async () => {
  const faultOf = async (...[method, path, more]: Parameters<typeof ask>) => {
    const { status, text } = await ask(method, path, more);
    return [status, JSON.parse(text).code];
  };
  assert.deepEqual(await faultOf('POST', '/v1/acts/act-0000000/undo'), [404, 'not-found']);
  assert.deepEqual(
    await faultOf('GET', '/v1/radius?what=cm%2Fkept'),
    [400, 'usage'],
    'no context is the current one',
  );
  assert.deepEqual(await faultOf('GET', '/v1/radius?what=cm%2Fkept&context=none'), [404, 'unknown-context']);
  if (process.platform === 'linux')
    assert.deepEqual(await faultOf('POST', '/v1/acts/act-0000000/finish', { shown: false }), [
      409,
      'conflict',
    ]);
});

test('the guard says itself what can be asked of it', async () => {
  const { openapi, paths } = await answerOf('GET', '/v1/openapi.json');
  assert.match(openapi, /^3\.1\./);
  assert.ok(paths['/v1/acts/{act}/undo'].post);
});
