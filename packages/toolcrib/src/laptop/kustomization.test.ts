import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import { realClients } from '@toolcrib/sandbox';
import { objectsIn } from './kustomization.ts';
import { readManifests } from './manifests.ts';

// What is read of a kustomization is held against what kubectl's own kustomize prints.

const { kubectl } = await realClients();
const root = mkdtempSync(join(tmpdir(), 'tc-kustomize-'));
after(() => rmSync(root, { recursive: true, force: true }));

type Files = Record<string, string>;
let count = 0;

function folderOf(files: Files): string {
  const folder = join(root, String(++count));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const object = (apiVersion: string, kind: string, name: string, namespace?: string) =>
  `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${namespace ? `  namespace: ${namespace}\n` : ''}`;
const map = (name: string, namespace?: string) => object('v1', 'ConfigMap', name, namespace);
const deployment = `${object('apps/v1', 'Deployment', 'web')}spec:\n  selector: {matchLabels: {a: b}}\n  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}\n`;
const definition = `${object('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'things.example.com')}spec: {group: example.com, names: {kind: Thing, plural: things}, scope: Namespaced, versions: []}\n`;

const namesOf = (objects: readonly KubeObject[]) =>
  objects
    .map(({ apiVersion, kind, metadata }) =>
      [apiVersion, kind, metadata.namespace ?? '', metadata.name].join(' '),
    )
    .sort();
const read = (kustomization: string) =>
  readManifests({ files: [], kustomization, recursive: false }, { cwd: root });

const LIKE_KUBECTL: [what: string, files: Files, at?: string][] = [
  [
    'resources in files, of several documents',
    {
      'kustomization.yaml': 'resources: [a.yaml, b.yaml]\n',
      'a.yaml': `${map('a')}---\n${map('b', 'x')}`,
      'b.yaml': deployment,
    },
  ],
  [
    'a namespace, for all',
    {
      'kustomization.yml': 'namespace: shop\nresources: [a.yaml]\n',
      'a.yaml': `${map('a')}---\n${map('b', 'x')}---\n${object('v1', 'Namespace', 'other')}`,
    },
  ],
  [
    'prefix and suffix, not for definitions and Namespaces',
    {
      Kustomization: 'namePrefix: p-\nnameSuffix: -s\nresources: [a.yaml]\n',
      'a.yaml': `${map('a')}---\n${definition}---\n${object('v1', 'Namespace', 'ns')}`,
    },
  ],
  [
    'a base below, and another beside, each with its own names',
    {
      'over/kustomization.yaml': 'namePrefix: o-\nnamespace: shop\nresources: [../base, ./more, c.yaml]\n',
      'over/c.yaml': map('c'),
      'over/more/kustomization.yaml': 'nameSuffix: -m\nresources: [d.yaml]\n',
      'over/more/d.yaml': map('d'),
      'base/kustomization.yaml': 'namePrefix: b-\nnamespace: inner\nresources: [a.yaml]\n',
      'base/a.yaml': map('a'),
    },
    'over',
  ],
  [
    'labels, images, replicas and harmless patches',
    {
      'kustomization.yaml':
        'resources: [a.yaml]\nimages: [{name: i, newTag: "2"}]\nreplicas: [{name: web, count: 3}]\nlabels: [{pairs: {x: z}}]\ncommonAnnotations: {x: z}\npatches:\n- target: {kind: Deployment}\n  patch: |\n    - op: add\n      path: /spec/paused\n      value: true\n- path: p.yaml\n',
      'a.yaml': deployment,
      'p.yaml': `${object('apps/v1', 'Deployment', 'web')}spec: {paused: true}\n`,
    },
  ],
];

describe('a kustomization has the objects that kubectl’s kustomize prints', () => {
  for (const [what, files, at = '.'] of LIKE_KUBECTL)
    it(what, async () => {
      const folder = join(folderOf(files), at);
      const printed = objectsIn(execFileSync(kubectl, ['kustomize', folder], { encoding: 'utf8' }));
      const { objects, untold } = await read(folder);
      assert.equal(untold, undefined);
      assert.ok(printed.length > 0);
      // kustomize gives no namespace to what it knows to have none; which that is the cluster says later.
      const cluster = new Set(['Namespace', 'CustomResourceDefinition']);
      const bare = objects.map((one) =>
        cluster.has(one.kind ?? '') ? { ...one, metadata: { ...one.metadata, namespace: undefined } } : one,
      );
      assert.deepEqual(namesOf(bare), namesOf(printed));
    });
});

const UNTOLD: [what: string, files: Files, why: RegExp][] = [
  [
    'generated names',
    { 'kustomization.yaml': 'configMapGenerator: [{name: c, literals: [a=b]}]\n' },
    /configMapGenerator/,
  ],
  [
    'a remote base',
    { 'kustomization.yaml': 'resources: [a.yaml, "https://example.com/base?ref=1"]\n', 'a.yaml': map('a') },
    /elsewhere/,
  ],
  ['a repository', { 'kustomization.yaml': 'resources: [github.com/a/b]\n' }, /elsewhere/],
  [
    'a plugin',
    {
      'kustomization.yaml': 'resources: [a.yaml]\ngenerators: [g.yaml]\n',
      'a.yaml': map('a'),
      'g.yaml': map('g'),
    },
    /generators/,
  ],
  ['charts', { 'kustomization.yaml': 'helmCharts: [{name: x}]\n' }, /helmCharts/],
  [
    'components',
    { 'kustomization.yaml': 'components: [c]\n', 'c/kustomization.yaml': 'kind: Component\n' },
    /components/,
  ],
  [
    'a patch that takes one away',
    {
      'kustomization.yaml': 'resources: [a.yaml]\npatches: [{path: p.yaml}]\n',
      'a.yaml': map('a'),
      'p.yaml': `$patch: delete\n${map('a')}`,
    },
    /patch/,
  ],
  [
    'a patch that renames',
    {
      'kustomization.yaml':
        'resources: [a.yaml]\npatches:\n- target: {kind: ConfigMap}\n  patch: |\n    - {op: replace, path: /metadata/name, value: z}\n',
      'a.yaml': map('a'),
    },
    /patch/,
  ],
  [
    'a circle',
    { 'kustomization.yaml': 'resources: [b]\n', 'b/kustomization.yaml': 'resources: [..]\n' },
    /no end/,
  ],
  ['none', { 'a.yaml': map('a') }, /no kustomization/],
];

describe('what only kustomize can work out is not told ahead, and said', () => {
  for (const [what, files, why] of UNTOLD)
    it(what, async () => {
      const { objects, untold = '' } = await read(folderOf(files));
      assert.deepEqual(objects, []);
      assert.match(untold, why);
    });

  it('a kustomization at an address', async () => {
    assert.match((await read('https://example.com/x')).untold ?? '', /elsewhere/);
  });
});
