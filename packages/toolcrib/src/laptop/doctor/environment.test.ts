import assert from 'node:assert/strict';
import { test } from 'node:test';
import { environment } from './environment.ts';
import { patient, states, texts } from './testing/patient.ts';

test('variables that lead past KUBECONFIG, and proxies that keep programs from the guard', async () => {
  const look = (env: Record<string, string>) => environment.look(patient(env));
  assert.deepEqual(states(await look({})), ['guarded']);
  for (const name of [
    'KUBE_CONFIG_PATH',
    'KUBERNETES_MASTER',
    'HELM_KUBEAPISERVER',
    'KUBERNETES_SERVICE_HOST',
  ])
    assert.deepEqual(states(await look({ [name]: '/elsewhere' })), ['finding'], name);
  assert.deepEqual(states(await look({ KUBE_CONFIG_PATH: '/ours', TOOLCRIB_KUBECONFIG: '/ours' })), [
    'guarded',
  ]);
  assert.doesNotMatch(texts(await look({ KUBE_TOKEN: 'secret' })), /secret/);
  const proxy = { HTTPS_PROXY: 'http://proxy:3128' };
  assert.deepEqual(states(await look(proxy)), ['finding']);
  assert.deepEqual(states(await look({ ...proxy, NO_PROXY: 'corp.example, 127.0.0.1' })), ['guarded']);
});
