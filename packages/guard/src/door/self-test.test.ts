import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import { SELF_TEST_PATH } from '@toolcrib/model';
import { selfTest } from './self-test.ts';

const grant = { id: 'ctx-prod', context: 'prod', person: 'aiko' };
const ask = (method: string, path: string, query = '') => selfTest(method, { path, query, grant });
const body = (query: string) => JSON.parse(String(ask('GET', SELF_TEST_PATH, query)?.body));

test('the door says which context a request arrived for, and gives back what only its sender knows', () => {
  assert.deepEqual(body('nonce=0a1b'), {
    kind: 'ToolcribSelfTest',
    context: 'prod',
    nonce: '0a1b',
  });
  assert.equal(body('nonce=<b>&x=1').nonce, '');
});

test('every other request goes its way', () => {
  for (const [method, path] of [
    ['DELETE', SELF_TEST_PATH],
    ['POST', SELF_TEST_PATH],
    ['GET', `${SELF_TEST_PATH}/x`],
    ['GET', '/api/v1/pods'],
  ] as const)
    assert.equal(ask(method, path), undefined, `${method} ${path}`);
});

test('no cluster has an object at its path', () => {
  assert.notEqual(parseRequestPath(SELF_TEST_PATH).type, 'resource');
});
