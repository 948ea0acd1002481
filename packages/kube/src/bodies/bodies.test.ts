import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { KubeError } from '../errors.ts';
import { decodeBody } from './decode-body.ts';
import { RECORDED } from './testing/recorded.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';
const bytes = (text: string) => new TextEncoder().encode(text);
const recorded = (name: keyof typeof RECORDED) => decodeBody(PROTOBUF, Buffer.from(RECORDED[name], 'base64'));
const isBad = (code: string) => (error: unknown) => error instanceof KubeError && error.code === code;

/** The envelope, written by hand after runtime.Unknown's published field numbers. */
function envelope(apiVersion: string, kind: string, write: (to: BinaryWriter) => void): Uint8Array {
  const type = new BinaryWriter();
  type.tag(1, WireType.LengthDelimited).string(apiVersion).tag(2, WireType.LengthDelimited).string(kind);
  const message = new BinaryWriter();
  write(message);
  const unknown = new BinaryWriter();
  unknown.tag(1, WireType.LengthDelimited).bytes(type.finish());
  unknown.tag(2, WireType.LengthDelimited).bytes(message.finish());
  return new Uint8Array([0x6b, 0x38, 0x73, 0, ...unknown.finish()]);
}

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
  assert.deepEqual(decodeBody(PROTOBUF, body), {
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
  assert.deepEqual(decodeBody(PROTOBUF, scale).spec, { replicas: 7 });
  const eviction = envelope('policy/v1', 'Eviction', (to) => {
    const options = new BinaryWriter();
    options.tag(1, WireType.Varint).int64(5);
    to.tag(2, WireType.LengthDelimited).bytes(options.finish());
  });
  assert.deepEqual(decodeBody(PROTOBUF, eviction).deleteOptions, { gracePeriodSeconds: 5 });
});

test('JSON and YAML', () => {
  assert.deepEqual(decodeBody(undefined, bytes('{"a":1}')), { a: 1 });
  assert.deepEqual(decodeBody('application/json; charset=utf-8', bytes('{"a":1}')), { a: 1 });
  assert.deepEqual(decodeBody('application/yaml', bytes('a: yes\nb: "yes"\n')), { a: true, b: 'yes' });
});

test('what can not be read is an error, never a guess', () => {
  for (const text of ['', '[]', 'null', '"text"', '{', '{"a":1} x']) {
    assert.throws(() => decodeBody('application/json', bytes(text)), isBad('bad-body'), text);
  }
  assert.throws(() => decodeBody('application/yaml', bytes('a: [')), isBad('bad-body'));
  assert.throws(() => decodeBody('application/yaml', bytes('a: 1\na: 2\n')), isBad('bad-body'));
  assert.throws(() => decodeBody('application/json', new Uint8Array([0xff, 0xfe])), isBad('bad-body'));
  assert.throws(() => decodeBody('text/plain', bytes('{}')), isBad('unsupported-media-type'));
  assert.throws(() => decodeBody('application/cbor', bytes('{}')), isBad('unsupported-media-type'));
  assert.throws(() => decodeBody(PROTOBUF, bytes('{"kind":"DeleteOptions"}')), isBad('bad-body'));
  assert.throws(
    () =>
      decodeBody(
        PROTOBUF,
        envelope('example.com/v1', 'Crate', () => {}),
      ),
    isBad('unknown-kind'),
  );
});

test('damaged protobuf is refused or read, and nothing else happens', () => {
  const whole = Buffer.from(RECORDED.deployment, 'base64');
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), (at, value, cut) => {
      const damaged = cut ? whole.subarray(0, at) : Buffer.from(whole).fill(value, at, at + 1);
      try {
        decodeBody(PROTOBUF, damaged);
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
  assert.deepEqual(decodeBody(PROTOBUF, scale).spec, { replicas: 7 });
  assert.throws(() => decodeBody(PROTOBUF, scale, { strict: true }), isBad('bad-body'));
  const zero = envelope('autoscaling/v1', 'Scale', (to) => {
    const part = new BinaryWriter();
    part.tag(1, WireType.Varint).int32(5).tag(1, WireType.Varint).int32(0);
    to.tag(2, WireType.LengthDelimited).bytes(part.finish());
  });
  assert.deepEqual(decodeBody(PROTOBUF, zero).spec, undefined);
});

test('read strictly, a protobuf field from a later version is refused; by a wrong wire type it always is', () => {
  const newer = envelope('v1', 'DeleteOptions', (to) => {
    to.tag(99, WireType.LengthDelimited).string('from a later version');
  });
  assert.deepEqual(decodeBody(PROTOBUF, newer), { apiVersion: 'v1', kind: 'DeleteOptions' });
  assert.throws(() => decodeBody(PROTOBUF, newer, { strict: true }), isBad('bad-body'));
  const wrong = envelope('v1', 'DeleteOptions', (to) => {
    to.tag(1, WireType.Bit64).fixed64(5);
  });
  assert.throws(() => decodeBody(PROTOBUF, wrong), isBad('bad-body'));
});
