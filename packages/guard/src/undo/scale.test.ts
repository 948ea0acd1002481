import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { scaleSteps } from './scale.ts';
import { keyOfObject } from './steps.ts';
import { asked, but, live, object, softened, web } from './testing/kept.ts';

const kept = object('apps/v1 Deployment', 'web', {
  spec: { replicas: 3, selector: { matchLabels: { a: 'b' } } },
});
const sized = (replicas: number, more = {}) => but(kept, { spec: { ...kept.spec, replicas }, ...more });
const scale = (
  more: Partial<RequestRecord> & { set?: number; was?: number; dryRun?: boolean; adopts?: string } = {},
) => {
  const { set = 0, was, dryRun = false, adopts, ...rest } = more;
  const effect = {
    verb: 'scale' as const,
    target: web,
    replicas: set,
    dryRun,
    ...(was === undefined ? {} : { was }),
    ...(adopts === undefined ? {} : { adopts }),
  };
  return asked({ method: 'PATCH', effect, ...rest });
};
const stepsOf = (
  requests: RequestRecord[],
  standing: KubeObject[],
  given: {
    view?: object;
    context?: string;
    all?: KubeObject[];
    soft?: Parameters<typeof scaleSteps>[1];
  } = {},
) => {
  const { view = {}, context, all = [kept], soft = [] } = given;
  const byUid = new Map(all.map((one) => [one.metadata.uid ?? '', one]));
  return scaleSteps(requests, soft, byUid, { ...live(all, standing), ...view }, context);
};
const said = (...given: Parameters<typeof stepsOf>) =>
  stepsOf(...given).steps.map((step) => {
    if (step.do === 'none') return `${step.result.result}: ${step.result.note}`;
    return step.do === 'scale' ? `${step.at} ${step.from}→${step.to} ${step.ref.uid}` : step.do;
  });

test('it goes back to what it was, where it stands at what the act set', () => {
  assert.deepEqual(said([scale()], [sized(0)]), ['object 0→3 Deployment-web']);
  assert.deepEqual(said([scale()], [sized(3)]), ['unchanged: it stands at 3 replicas']);
  assert.deepEqual(said([scale()], [sized(5)]), ['conflict: it was scaled to 5 since; the act had set 0']);
  assert.deepEqual([...stepsOf([scale()], [sized(0)]).targets], ['Deployment-web']);
});

test('of several the first tells what was before, the last what was set, in whatever order they come', () => {
  const [first, second] = [scale({ at: 1, set: 2, was: 3 }), scale({ at: 2, set: 1, was: 2 })];
  for (const requests of [
    [first, second],
    [second, first],
  ])
    assert.deepEqual(said(requests, [sized(1)]), ['object 1→3 Deployment-web']);
});

test('what was deleted besides goes back to its size where it stands all the same, whichever request said so', () => {
  const gone = asked({ id: 'r2' });
  assert.deepEqual(said([scale(), gone], [sized(0)]), ['object 0→3 Deployment-web']);
  assert.deepEqual(said([scale(), asked({})], [sized(0)]), ['object 0→3 Deployment-web']);
  const ends = sized(0, { metadata: { deletionTimestamp: '2026-11-02T09:00:00Z' } });
  for (const standing of [[], [ends], [sized(0, { metadata: { uid: 'another' } })]])
    assert.deepEqual(stepsOf([scale(), gone], standing).steps, []);
});

test('what took nothing, or was a dry run, is not scaled back', () => {
  assert.deepEqual(said([scale({ state: 'refused' })], [sized(0)]), []);
  assert.deepEqual(said([scale({ dryRun: true })], [sized(0)]), []);
  const unread = asked({ id: 'r2', effect: { verb: 'not-understood', why: 'x' } });
  assert.deepEqual(said([scale(), unread], [sized(0)]), ['object 0→3 Deployment-web']);
  const refused = asked({ id: 'r2', state: 'refused' });
  assert.deepEqual(said([scale(), refused], [sized(0)]), ['object 0→3 Deployment-web']);
  assert.deepEqual(said([scale({ targetUids: ['not kept'] })], [sized(0)]), []);
  const soft = [softened(kept, [], { state: 'failed' })];
  assert.deepEqual(said([scale()], [sized(0)], { soft }), []);
});

test('a size that stands elsewhere is told by /scale, and by what was written down', () => {
  const ring = object('k.io/v1 Kafka', 'web', { metadata: { uid: 'Deployment-web' }, spec: { size: 3 } });
  const sizes = (size?: number) => ({
    view: size === undefined ? {} : { sizes: { [keyOfObject(ring)]: size } },
    all: [ring],
  });
  assert.deepEqual(said([scale({ was: 3 })], [ring], sizes(0)), ['scale 0→3 Deployment-web']);
  assert.deepEqual(said([scale()], [ring], sizes(0)), [
    'failed: its size before the act was not written down; it is left as it is',
  ]);
  assert.deepEqual(said([scale({ was: 3 })], [ring], sizes()), [
    "failed: its size can't be read now, and is left as it is; it was 3",
  ]);
});

test('it is gone, or another one: what only a person can know is told as a command', () => {
  assert.deepEqual(said([scale()], []), [
    'conflict: it is gone: undo first what took it, and then this again',
  ]);
  const other = [sized(0, { metadata: { uid: 'other' } })];
  const left =
    'conflict: another one stands under its name now, which no undo of toolcrib made; its size is left';
  assert.deepEqual(said([scale()], other), [
    `${left}. Where it is to have 3: kubectl scale deployments.apps/web -n shop --replicas=3`,
  ]);
  assert.match(said([scale()], other, { context: 'prod' })[0] ?? '', /web --context=prod -n shop /);
  assert.match(said([scale()], other, { context: "o'brien x" })[0] ?? '', / --context='o'\\''brien x' /);
  assert.deepEqual(said([scale()], other, { view: { kinds: [] } }), [left]);
  const unsized = but(kept, { spec: {} });
  assert.deepEqual(said([scale()], other, { all: [unsized] }), [left]);
  const node = object('v1 Namespace', 'web', {
    metadata: { uid: 'Deployment-web', namespace: undefined },
    spec: { replicas: 1 },
  });
  const otherNode = but(node, { metadata: { uid: 'other' } });
  assert.match(
    said([scale()], [otherNode], { all: [node] })[0] ?? '',
    /kubectl scale namespaces\/web --replicas=1$/,
  );
});

test('what was created and took Pods over goes back to their number, by the UID that the cluster gave it', () => {
  const created = but(kept, { metadata: { uid: 'created' }, spec: { ...kept.spec, replicas: 1 } });
  const now = but(created, { metadata: { uid: 'its own' } });
  const request = scale({ set: 1, was: 2, adopts: 'it takes over 2 Pods', targetUids: ['created'] });
  const found = stepsOf([request], [now], { all: [created] });
  assert.deepEqual(said([request], [now], { all: [created] }), ['object 1→2 its own']);
  assert.deepEqual([...found.targets], ['created', 'its own']);
  const foreign = but(now, { spec: { ...now.spec, selector: { matchLabels: { a: 'other' } } } });
  assert.match(said([request], [foreign], { all: [created] })[0] ?? '', /^conflict: it is gone/);
});
