import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { parseRequestPath } from '@toolcrib/kube';
import { type RunningSandbox, realClients, type SeenRequest, startSandbox } from '@toolcrib/sandbox';
import { effectsOf } from './effect-of.ts';
import { needsJudgement } from './needs-judgement.ts';

// What real clients really send: kubectl and helm against the sandbox, read as the guard would read it.

let sandbox: RunningSandbox;
let folder: string;
let clients: { kubectl: string; helm: string };
const seen: SeenRequest[] = [];

before(async () => {
  clients = await realClients();
  sandbox = await startSandbox({ podStartMs: 10, nodes: 1, onRequest: (one) => seen.push(one) });
  folder = mkdtempSync(join(tmpdir(), 'toolcrib-effects-'));
  writeFileSync(join(folder, 'kubeconfig'), sandbox.kubeconfig(), { mode: 0o600 });
  const made = await run('kubectl', ['apply', '-f', '-'], MANIFEST(3));
  assert.equal(made.code, 0, made.text);
  await run('kubectl', ['rollout', 'status', 'deployment/web', '--timeout=30s']);
});
after(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true });
});

const MANIFEST = (replicas?: number) => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: default}
spec:
  ${replicas === undefined ? '' : `replicas: ${replicas}`}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {terminationGracePeriodSeconds: 1, containers: [{name: main, image: pause}]}
`;

function run(program: 'kubectl' | 'helm', args: string[], input = '') {
  return new Promise<{ code: number; text: string }>((resolve) => {
    const env = { PATH: process.env.PATH, HOME: folder, KUBECONFIG: join(folder, 'kubeconfig') };
    const child = execFile(clients[program], args, { env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error ? 1 : 0, text: stdout + stderr }),
    );
    child.stdin?.end(input);
  });
}

/** What the guard would make of each request that a call sends and that it reads whole, in order. */
async function effects(program: 'kubectl' | 'helm', args: string[], input?: string): Promise<string[]> {
  seen.length = 0;
  const { text } = await run(program, args, input);
  const judged = seen.filter(({ method, url }) => {
    const [path = '', query = ''] = url.split('?');
    return needsJudgement(method, parseRequestPath(path), query, false);
  });
  assert.ok(seen.length > 0, text);
  return judged.map(({ method, url, headers, body }) => {
    const [path = '', query = ''] = url.split('?');
    const names = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
    const [effect] = effectsOf({ method, path, query, headers: Object.fromEntries(names), body });
    if (effect.verb === 'none') return `${method} none`;
    const { resource, name } = effect.target ?? {};
    const more = [
      'propagation' in effect ? (effect.propagation ?? 'unsaid') : undefined,
      'dryRun' in effect && effect.dryRun ? 'dry run' : undefined,
      'options' in effect && effect.options.gracePeriodSeconds !== undefined
        ? `grace ${effect.options.gracePeriodSeconds}`
        : undefined,
      effect.verb === 'scale' ? `to ${effect.replicas}` : undefined,
      effect.verb === 'not-understood' ? effect.why : undefined,
    ].filter((part) => part !== undefined);
    return [effect.verb, resource, name, ...more].filter((part) => part !== undefined).join(' ');
  });
}

describe('kubectl', () => {
  for (const [args, expected] of [
    [['scale', 'deployment/web', '--replicas=0', '--dry-run=server'], ['PATCH none']],
    [['scale', 'deployment/web', '--replicas=0'], ['scale deployments web to 0']],
    [['scale', 'deployment/web', '--replicas=2'], ['scale deployments web to 2']],
    [['patch', 'deployment/web', '-p', '{"spec":{"replicas":1}}'], ['scale deployments web to 1']],
    [
      [
        'patch',
        'deployment/web',
        '--type=json',
        '-p',
        '[{"op":"replace","path":"/spec/replicas","value":1}]',
      ],
      ['ask-server deployments web'],
    ],
    [['rollout', 'restart', 'deployment/web'], ['PATCH none']],
    [['set', 'image', 'deployment/web', 'main=pause:2'], ['PATCH none']],
    [['label', 'deployment/web', 'a=b'], ['PATCH none']],
    [['delete', 'deployment', 'web', '--dry-run=server'], ['delete deployments web Background dry run']],
    [
      ['delete', 'deployment', 'web', '--cascade=orphan', '--dry-run=server', '--grace-period=5'],
      ['delete deployments web Orphan dry run grace 5'],
    ],
    [
      ['delete', '--raw', '/api/v1/namespaces/default/configmaps?dryRun=All'],
      ['delete-collection configmaps unsaid dry run'],
    ],
    [['get', 'pods', '-A'], []],
  ] as const) {
    it(`${args.join(' ')}: ${expected.join(', ') || 'nothing to judge'}`, async () =>
      assert.deepEqual(await effects('kubectl', [...args]), expected));
  }

  it('apply without the replicas line, client-side: to the default; server-side: only the server knows', async () => {
    await run('kubectl', ['apply', '-f', '-'], MANIFEST(3));
    assert.deepEqual(await effects('kubectl', ['apply', '-f', '-'], MANIFEST()), [
      'scale deployments web to 1',
    ]);
    const sent = await effects(
      'kubectl',
      ['apply', '--server-side', '--force-conflicts', '-f', '-'],
      MANIFEST(2),
    );
    assert.ok(sent.length > 0 && sent.every((one) => one === 'ask-server deployments web'), sent.join());
  });

  it('drain: an eviction for each Pod', async () => {
    const sent = await effects('kubectl', [
      'drain',
      'node-1',
      '--pod-selector=app=web',
      '--force',
      '--timeout=5s',
    ]);
    const others = await run('kubectl', ['get', 'nodes', '-o', 'name']);
    assert.ok(
      sent.length > 0 && sent.every((one) => one === 'PATCH none' || one.startsWith('evict pods web-')),
      `${sent.join()} ${others.text}`,
    );
  });

  it('delete, in the end', async () => {
    assert.deepEqual(
      await effects('kubectl', ['delete', 'deployment', 'web', '--cascade=foreground', '--wait=false']),
      ['delete deployments web Foreground'],
    );
  });
});

it('helm: uninstall deletes each object, and its release', async () => {
  const chart = join(folder, 'chart');
  mkdirSync(join(chart, 'templates'), { recursive: true });
  writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: shop\nversion: 1.0.0\n');
  writeFileSync(join(chart, 'templates', 'web.yaml'), MANIFEST(1).replaceAll('web', 'cart'));
  const installed = await run('helm', ['install', 'shop', chart]);
  assert.equal(installed.code, 0, installed.text);
  const sent = await effects('helm', ['uninstall', 'shop']);
  assert.deepEqual(
    sent.filter((one) => one.startsWith('delete')).map((one) => one.split(' ').slice(0, 4).join(' ')),
    ['delete deployments cart Background', 'delete secrets sh.helm.release.v1.shop.v1 unsaid'],
  );
});

describe('DeleteOptions as client-go encodes them', () => {
  const text = new TextEncoder();
  const field = (number: number, bytes: Uint8Array) => [(number << 3) | 2, bytes.length, ...bytes];
  /** `k8s\0`, then runtime.Unknown: typeMeta (1), raw (2). */
  const protobuf = (kind: string, raw: number[]) =>
    new Uint8Array([
      ...[0x6b, 0x38, 0x73, 0x00],
      ...field(1, new Uint8Array([...field(1, text.encode('v1')), ...field(2, text.encode(kind))])),
      ...field(2, new Uint8Array(raw)),
    ]);
  const grace5 = [0x08, 5];
  const orphan = field(4, text.encode('Orphan'));
  const all = field(5, text.encode('All'));
  const read = (type: string, body: Uint8Array) => {
    const path = '/apis/apps/v1/namespaces/shop/statefulsets/kafka';
    const query = 'propagationPolicy=Foreground';
    return effectsOf({ method: 'DELETE', path, query, headers: { 'content-type': type }, body })[0];
  };
  const PROTOBUF = 'application/vnd.kubernetes.protobuf';
  for (const [what, type, body] of [
    ['protobuf', PROTOBUF, protobuf('DeleteOptions', [...grace5, ...orphan, ...all])],
    [
      'YAML',
      'application/yaml',
      text.encode('gracePeriodSeconds: 5\npropagationPolicy: Orphan\ndryRun: [All]\n'),
    ],
    [
      'JSON',
      'application/json; charset=utf-8',
      text.encode('{"gracePeriodSeconds":5,"propagationPolicy":"Orphan","dryRun":["All"]}'),
    ],
  ] as const) {
    it(`${what}: body before query`, () => {
      const effect = read(type, body);
      assert.equal(effect.verb, 'delete');
      assert.deepEqual(
        'options' in effect && [effect.propagation, effect.dryRun, effect.options.gracePeriodSeconds],
        ['Orphan', true, 5],
      );
    });
  }
  for (const [what, type, body] of [
    ['another kind in protobuf', PROTOBUF, protobuf('Pod', grace5)],
    ['protobuf without its magic', PROTOBUF, new Uint8Array([1, 2, 3])],
    ['half of it', PROTOBUF, protobuf('DeleteOptions', [...grace5, ...orphan]).slice(0, 20)],
    ['two YAML documents', 'application/yaml', text.encode('dryRun: [All]\n---\ndryRun: []\n')],
  ] as const) {
    it(`${what}: not understood`, () => assert.equal(read(type, body).verb, 'not-understood'));
  }
});
