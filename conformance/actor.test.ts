import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createActor } from './actor.ts';
import type { Target } from './types.ts';

/** A target whose kubectl is a shell script. */
async function withClient(
  t: { after(undo: () => Promise<void>): void },
  script: string | undefined,
  time = 500,
) {
  const folder = await mkdtemp(join(tmpdir(), 'toolcrib-actor-'));
  t.after(() => rm(folder, { recursive: true }));
  const kubectl = join(folder, 'kubectl');
  if (script) await writeFile(kubectl, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const target: Target = {
    name: 'sandbox',
    home: folder,
    kubeconfigPath: '',
    kubectl,
    helm: kubectl,
    server: 'https://127.0.0.1:1',
    writeKubeconfig: async () => '',
    send: async () => assert.fail('no requests here'),
    clientTimeout: time,
    close: async () => {},
  };
  return createActor(target, 'c-1');
}

for (const [what, script] of [
  ['can’t be started', undefined],
  ['is killed', 'kill -9 $$'],
  ['does not end in time', 'exec sleep 30'],
] as const) {
  test(`a client that ${what} has brought nothing to compare: the step stops`, async (t) => {
    const { actor, observed } = await withClient(t, script);
    await assert.rejects(actor.kubectl('get pods'), /sandbox: no end of "kubectl get pods" to compare/);
    assert.deepEqual(observed, []);
  });
}

test('an exit code and what was printed are what is compared', async (t) => {
  const { actor, observed } = await withClient(t, 'echo out; echo err >&2; exit 3', 10_000);
  await actor.kubectl('get pods');
  const [{ exit, stdout, stderr } = {}] = observed;
  assert.deepEqual({ exit, stdout, stderr }, { exit: 3, stdout: 'out\n', stderr: 'err\n' });
});
