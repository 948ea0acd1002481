import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const YAML = 'application/yaml';
export const JSON_TYPE = 'application/json';
export const MERGE = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';
const [VARINT, BYTES] = [WireType.Varint, WireType.LengthDelimited];

type Write = (to: BinaryWriter) => void;
const message = (write: Write) => {
  const writer = new BinaryWriter();
  write(writer);
  return writer.finish();
};
const text = (to: BinaryWriter, number: number, value: string) => to.tag(number, BYTES).string(value);
const inner = (to: BinaryWriter, number: number, write: Write) => to.tag(number, BYTES).bytes(message(write));

/** `k8s\0`, then runtime.Unknown. */
function envelope(apiVersion: string, kind: string, write: Write): Uint8Array {
  const unknown = message((to) => {
    inner(to, 1, (type) => text(text(type, 1, apiVersion), 2, kind));
    inner(to, 2, write);
  });
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...unknown]);
}

const named = (to: BinaryWriter, namespace: string) =>
  inner(to, 1, (metadata) => text(text(metadata, 1, 'web'), 3, namespace));
export const replicas = (to: BinaryWriter, ...values: number[]) => {
  for (const value of values) to.tag(1, VARINT).int32(value);
};
const scaleOf = (namespace: string, ...specs: number[][]) =>
  envelope('autoscaling/v1', 'Scale', (to) => {
    named(to, namespace);
    for (const values of specs) inner(to, 2, (spec) => replicas(spec, ...values));
  });
const twoSpecs = (namespace: string) =>
  envelope('apps/v1', 'Deployment', (to) => {
    named(to, namespace);
    inner(to, 2, (spec) => replicas(spec, 0));
    inner(to, 2, (spec) => {
      inner(spec, 2, (selector) => inner(selector, 1, (entry) => text(text(entry, 1, 'app'), 2, 'web')));
      inner(spec, 3, (template) => {
        inner(template, 1, (metadata) =>
          inner(metadata, 11, (entry) => text(text(entry, 1, 'app'), 2, 'web')),
        );
        inner(template, 2, (pod) => inner(pod, 2, (one) => text(text(one, 1, 'main'), 2, 'pause')));
      });
    });
  });

export const deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web' },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: 'web' } },
    template: {
      metadata: { labels: { app: 'web' } },
      spec: { containers: [{ name: 'main', image: 'pause' }] },
    },
  },
};
const scaleText = (namespace: string, spec: string) =>
  `{apiVersion: autoscaling/v1, kind: Scale, metadata: {name: web, namespace: ${namespace}}, spec: ${spec}}`;

export interface Case {
  what: string;
  method: 'PUT' | 'PATCH';
  scale?: boolean;
  type: string;
  query?: string;
  body(namespace: string): string | Uint8Array;
  /** What the write comes to where nobody stands before the server. */
  sent?: number;
  /** The sandbox does not copy how the server gets there. */
  onlyReal?: boolean;
}

const many = `dryRun=All${'&'.repeat(10_001)}`;
export const zero = '{"spec":{"replicas":0}}';
export const CASES: Case[] = [
  { what: '10,001 parameters hide dryRun', method: 'PATCH', type: MERGE, query: many, body: () => zero },
  {
    what: '10,001 parameters hide dryRun, on /scale',
    method: 'PUT',
    scale: true,
    type: JSON_TYPE,
    query: many,
    body: (namespace) =>
      JSON.stringify({
        apiVersion: 'autoscaling/v1',
        kind: 'Scale',
        metadata: { name: 'web', namespace },
        spec: { replicas: 0 },
      }),
  },
  { what: 'a ; hides dryRun', method: 'PATCH', type: MERGE, query: 'dryRun=All;a', body: () => zero },
  {
    what: 'a broken escape hides dryRun',
    method: 'PATCH',
    type: MERGE,
    query: 'dryRun=All%',
    body: () => zero,
  },
  {
    what: 'dryRun after an empty one, which the server refuses',
    method: 'PATCH',
    type: MERGE,
    query: 'dryRun=&dryRun=All',
    body: () => zero,
    sent: 3,
  },
  {
    what: 'a protobuf field twice: the last counts',
    method: 'PUT',
    scale: true,
    type: PROTOBUF,
    body: (namespace) => scaleOf(namespace, [5, 0]),
  },
  {
    what: 'two specs in a protobuf Scale',
    method: 'PUT',
    scale: true,
    type: PROTOBUF,
    body: (namespace) => scaleOf(namespace, [5], [0]),
  },
  {
    what: 'two specs in a protobuf Deployment are merged',
    method: 'PUT',
    type: PROTOBUF,
    body: twoSpecs,
  },
  {
    what: "YAML's 0o0 is Go's 0",
    method: 'PUT',
    scale: true,
    type: YAML,
    body: (namespace) => scaleText(namespace, '{replicas: 0o0}'),
  },
  {
    what: 'a YAML merge that stands behind the key',
    method: 'PUT',
    scale: true,
    type: YAML,
    body: (namespace) => scaleText(namespace, '{replicas: 5, <<: {replicas: 0}}'),
  },
  {
    what: 'a YAML key twice',
    method: 'PUT',
    scale: true,
    type: YAML,
    body: (namespace) => scaleText(namespace, '{replicas: 5, "replicas": 0x0}'),
    onlyReal: true,
  },
  {
    what: 'two fieldManagers, the first with a ;',
    method: 'PATCH',
    type: APPLY,
    query: 'fieldManager=x;y&fieldManager=own&force=true',
    body: () => JSON.stringify({ ...deployment, spec: { ...deployment.spec, replicas: 1 } }),
    sent: 1,
  },
  {
    what: 'a number that wraps around to 0 in a strategic merge patch',
    method: 'PATCH',
    type: STRATEGIC,
    body: () => '{"spec":{"replicas":4294967296}}',
    onlyReal: true,
  },
  {
    what: 'a number that is a fraction in a strategic merge patch, and 0',
    method: 'PATCH',
    type: STRATEGIC,
    body: () => '{"spec":{"replicas":0.0}}',
  },
  {
    what: 'a JSON key twice',
    method: 'PATCH',
    type: MERGE,
    body: () => '{"spec":{"replicas":0},"spec":{"paused":false}}',
    sent: 3,
  },
];
