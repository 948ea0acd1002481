import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { KubeError } from '../errors.ts';
import { decodeProtobuf, hasProtobufMagic } from './protobuf.ts';
import { RECORDED } from './testing/recorded.ts';
import { envelope, inside, text } from './testing/written.ts';

const recorded = (name: keyof typeof RECORDED) => decodeProtobuf(Buffer.from(RECORDED[name], 'base64'));
const isBad =
  (code: string, words = /./) =>
  (error: unknown) =>
    error instanceof KubeError && error.code === code && words.test(error.message);

test('what kubectl writes in protobuf reads like its JSON', () => {
  assert.deepEqual(recorded('namespace'), {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
  });
  assert.deepEqual(recorded('configMap'), {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'settings' },
    data: { currency: 'EUR' },
  });
  assert.deepEqual(recorded('secret').data, { key: 'dmFsdWU=' });
  assert.deepEqual(recorded('deployment'), {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { containers: [{ name: 'nginx', image: 'nginx:1.27', ports: [{ containerPort: 80 }] }] },
      },
    },
  });
});

test('DeleteOptions keep a zero that means something', () => {
  const body = envelope('v1', 'DeleteOptions', (to) => {
    to.tag(1, WireType.Varint).int64(0);
    to.tag(3, WireType.Varint).bool(false);
    to.tag(4, WireType.LengthDelimited).string('Orphan');
    to.tag(5, WireType.LengthDelimited).string('All');
    to.tag(99, WireType.LengthDelimited).string('from a later version');
  });
  assert.deepEqual(decodeProtobuf(body), {
    apiVersion: 'v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 0,
    orphanDependents: false,
    propagationPolicy: 'Orphan',
    dryRun: ['All'],
  });
});

test('Scale and Eviction by the numbers of their messages', () => {
  const scale = envelope('autoscaling/v1', 'Scale', (to) => {
    const spec = new BinaryWriter();
    spec.tag(1, WireType.Varint).int32(7);
    to.tag(2, WireType.LengthDelimited).bytes(spec.finish());
  });
  assert.deepEqual(decodeProtobuf(scale).spec, { replicas: 7 });
  const eviction = envelope('policy/v1', 'Eviction', (to) => {
    const options = new BinaryWriter();
    options.tag(1, WireType.Varint).int64(5);
    to.tag(2, WireType.LengthDelimited).bytes(options.finish());
  });
  assert.deepEqual(decodeProtobuf(eviction).deleteOptions, { gracePeriodSeconds: 5 });
});

test('damaged protobuf is refused or read, and nothing else happens', () => {
  const whole = Buffer.from(RECORDED.deployment, 'base64');
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
      const damaged = cut ? whole.subarray(0, at) : Buffer.from(whole).fill(value, at, at + 1);
      try {
        decodeProtobuf(damaged);
      } catch (error) {
        assert.ok(error instanceof KubeError, String(error));
      }
    }),
    { numRuns: 500 },
  );
});

test('a field of a protobuf message that stands twice: the last counts, and messages come one on top of the other', () => {
  const scale = envelope('autoscaling/v1', 'Scale', (to) => {
    const spec = (...values: number[]) => {
      const part = new BinaryWriter();
      for (const value of values) part.tag(1, WireType.Varint).int32(value);
      to.tag(2, WireType.LengthDelimited).bytes(part.finish());
    };
    spec(3, 7);
    spec();
  });
  assert.deepEqual(decodeProtobuf(scale).spec, { replicas: 7 });
  assert.throws(() => decodeProtobuf(scale, { strict: true }), isBad('bad-body'));
  const zero = envelope('autoscaling/v1', 'Scale', (to) => {
    const part = new BinaryWriter();
    part.tag(1, WireType.Varint).int32(5).tag(1, WireType.Varint).int32(0);
    to.tag(2, WireType.LengthDelimited).bytes(part.finish());
  });
  assert.deepEqual(decodeProtobuf(zero).spec, undefined);
});

test('read strictly, a protobuf field from a later version is refused; by a wrong wire type it always is', () => {
  const newer = envelope('v1', 'DeleteOptions', (to) => {
    to.tag(99, WireType.LengthDelimited).string('from a later version');
  });
  assert.deepEqual(decodeProtobuf(newer), { apiVersion: 'v1', kind: 'DeleteOptions' });
  assert.throws(() => decodeProtobuf(newer, { strict: true }), isBad('bad-body'));
  const wrong = envelope('v1', 'DeleteOptions', (to) => {
    to.tag(1, WireType.Bit64).fixed64(5);
  });
  assert.throws(() => decodeProtobuf(wrong), isBad('bad-body'));
});

test('the magic is all of its four bytes', () => {
  const body = Buffer.from(RECORDED.namespace, 'base64');
  assert.equal(hasProtobufMagic(body), true);
  assert.equal(hasProtobufMagic(body.subarray(0, 3)), false);
  for (const at of [0, 1, 2, 3]) {
    const other = Uint8Array.from(body, (byte, i) => (i === at ? byte + 1 : byte));
    assert.equal(hasProtobufMagic(other), false);
    assert.throws(() => decodeProtobuf(other), isBad('bad-body', /magic is missing/));
  }
});

test('what the envelope says of its contents', () => {
  const said = (number: number, value: string) =>
    envelope(
      'v1',
      'DeleteOptions',
      () => {},
      (to) => text(to, number, value),
    );
  assert.throws(() => decodeProtobuf(said(3, 'gzip')), isBad('bad-body', /encoding "gzip"/));
  assert.deepEqual(decodeProtobuf(said(4, 'application/json')), { apiVersion: 'v1', kind: 'DeleteOptions' });
  assert.throws(
    () => decodeProtobuf(said(4, 'application/json'), { strict: true }),
    isBad('bad-body', /type "application\/json"/),
  );
  const bare = new Uint8Array([0x6b, 0x38, 0x73, 0]);
  assert.throws(() => decodeProtobuf(bare), isBad('unknown-kind', /a kind without name in no API version/));
  assert.throws(
    () => decodeProtobuf(envelope('example.com/v1', 'Crate', () => {})),
    isBad('unknown-kind', /Crate in example.com\/v1/),
  );
});

test('DeleteOptions are known in every group', () => {
  const body = envelope('apps/v1', 'DeleteOptions', (to) => to.tag(1, WireType.Varint).int64(30));
  assert.deepEqual(decodeProtobuf(body), {
    apiVersion: 'apps/v1',
    kind: 'DeleteOptions',
    gracePeriodSeconds: 30,
  });
});

test('read strictly, every list and map may go on, and what is embedded may not stand twice', () => {
  const lists = envelope('v1', 'DeleteOptions', (to) => text(text(to, 5, 'All'), 5, 'All'));
  assert.deepEqual(decodeProtobuf(lists, { strict: true }).dryRun, ['All', 'All']);
  const deep = envelope('policy/v1', 'Eviction', (to) =>
    inside(to, 2, (options) => options.tag(1, 0).int64(1).tag(1, 0).int64(2)),
  );
  assert.deepEqual(decodeProtobuf(deep).deleteOptions, { gracePeriodSeconds: 2 });
  assert.throws(
    () => decodeProtobuf(deep, { strict: true }),
    isBad('bad-body', /field 1 of .*DeleteOptions stands twice/),
  );
});

test('messages nested deeper than a hundred are refused, a hundred are read', () => {
  const nested = (levels: number) => {
    const schema = (to: BinaryWriter, left: number): void => {
      if (left === 0) text(to, 5, 'string');
      // JSONSchemaProps.not: one level of messages each.
      else inside(to, 28, (part) => schema(part, left - 1));
    };
    return envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', (to) =>
      inside(to, 2, (spec) =>
        inside(spec, 7, (version) =>
          inside(version, 4, (validation) => inside(validation, 1, (top) => schema(top, levels))),
        ),
      ),
    );
  };
  // The kind, its spec, a version, its validation and the schema itself come before: at depth 0 to 4.
  assert.doesNotThrow(() => decodeProtobuf(nested(96)));
  assert.throws(() => decodeProtobuf(nested(97)), isBad('bad-body', /nested too deeply/));
});
