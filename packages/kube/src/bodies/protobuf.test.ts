import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { KubeError } from '../errors.ts';
import { decodeProtobuf, hasProtobufMagic } from './protobuf.ts';
import { RECORDED } from './testing/recorded.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const recorded = (name: keyof typeof RECORDED) => decodeProtobuf(Buffer.from(RECORDED[name], 'base64'));
const isBad =
  (code: string, words = /./) =>
  (error: unknown) =>
    error instanceof KubeError && error.code === code && words.test(error.message);

/** The envelope, written by hand after runtime.Unknown's published field numbers. */
function envelope(
  apiVersion: string,
  kind: string,
  write: (to: BinaryWriter) => void,
  around: (to: BinaryWriter) => void = () => {},
): Uint8Array {
  const type = new BinaryWriter();
  type.tag(1, WireType.LengthDelimited).string(apiVersion).tag(2, WireType.LengthDelimited).string(kind);
  const message = new BinaryWriter();
  write(message);
  const unknown = new BinaryWriter();
  unknown.tag(1, WireType.LengthDelimited).bytes(type.finish());
  unknown.tag(2, WireType.LengthDelimited).bytes(message.finish());
  around(unknown);
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

/** A message as a field of another. */
function inside(to: BinaryWriter, number: number, write: (to: BinaryWriter) => void): void {
  const part = new BinaryWriter();
  write(part);
  to.tag(number, WireType.LengthDelimited).bytes(part.finish());
}
const text = (to: BinaryWriter, number: number, value: string) =>
  to.tag(number, WireType.LengthDelimited).string(value);

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

test('maps: the last of a key counts, what is left out is the zero of its type, and any key is only a key', () => {
  const body = envelope('v1', 'ConfigMap', (to) => {
    inside(to, 2, (entry) => text(text(entry, 1, 'a'), 2, '1'));
    inside(to, 2, (entry) => text(text(entry, 1, 'a'), 2, '2'));
    inside(to, 2, (entry) => text(entry, 1, 'empty'));
    inside(to, 2, (entry) => text(entry, 2, 'no key'));
    inside(to, 2, (entry) => text(text(text(entry, 1, '__proto__'), 2, 'own'), 9, 'from a later version'));
    inside(to, 3, (entry) => text(entry, 1, 'none'));
    inside(to, 3, (entry) =>
      text(entry, 1, 'some')
        .tag(2, WireType.LengthDelimited)
        .bytes(new Uint8Array([0, 255])),
    );
  });
  const { data, binaryData } = decodeProtobuf(body) as Record<string, Record<string, string>>;
  assert.deepEqual(Object.entries(data ?? {}), [
    ['a', '2'],
    ['empty', ''],
    ['', 'no key'],
    ['__proto__', 'own'],
  ]);
  assert.deepEqual(binaryData, { none: '', some: 'AP8=' });
});

test('a map of messages without a message has an empty one, and of those that write themselves what they write', () => {
  const body = envelope('v1', 'Pod', (to) =>
    inside(to, 2, (spec) =>
      inside(spec, 2, (container) =>
        inside(container, 8, (resources) => {
          inside(resources, 1, (entry) => {
            text(entry, 1, 'cpu');
            inside(entry, 2, (quantity) => text(quantity, 1, '250m'));
          });
        }),
      ),
    ),
  );
  const { spec } = decodeProtobuf(body) as { spec: { containers: unknown[] } };
  assert.deepEqual(spec.containers, [{ resources: { limits: { cpu: '250m' } } }]);
});

test('numbers in a list stand packed or one by one', () => {
  const pod = (write: (to: BinaryWriter) => void) =>
    envelope('v1', 'Pod', (to) => inside(to, 2, (spec) => inside(spec, 14, write)));
  const groups = (body: Uint8Array) =>
    (decodeProtobuf(body) as { spec: { securityContext: Record<string, unknown> } }).spec.securityContext;
  const single = pod((to) => to.tag(4, WireType.Varint).int64(1000).tag(4, WireType.Varint).int64(2000));
  assert.deepEqual(groups(single), { supplementalGroups: [1000, 2000] });
  const packed = pod((to) =>
    to
      .tag(4, WireType.LengthDelimited)
      .bytes(new BinaryWriter().int64(1000).int64(-1).finish())
      .tag(5, 0)
      .int64(7),
  );
  assert.deepEqual(groups(packed), { supplementalGroups: [1000, -1], fsGroup: 7 });
});

test('every scalar by its own wire type', () => {
  const schema = (write: (to: BinaryWriter) => void) =>
    envelope('apiextensions.k8s.io/v1', 'CustomResourceDefinition', (to) =>
      inside(to, 2, (spec) =>
        inside(spec, 7, (version) => inside(version, 4, (validation) => inside(validation, 1, write))),
      ),
    );
  const read = (body: Uint8Array) =>
    (decodeProtobuf(body) as { spec: { versions: { schema: { openAPIV3Schema: unknown } }[] } }).spec
      .versions[0]?.schema.openAPIV3Schema;
  const body = schema((to) => {
    to.tag(9, WireType.Bit64).double(0.5);
    to.tag(13, WireType.Varint).int64(12);
    to.tag(10, WireType.Varint).bool(true);
    to.tag(12, WireType.Varint).bool(false);
    text(to, 5, 'number');
    text(to, 3, '');
    inside(to, 8, (json) => json.tag(1, WireType.LengthDelimited).bytes(bytes('{"a":[1]}')));
    inside(to, 20, (json) => json.tag(1, WireType.LengthDelimited).bytes(bytes('"x"')));
    inside(to, 20, () => {});
    inside(to, 24, (items) => inside(items, 1, (one) => text(one, 5, 'string')));
    inside(to, 30, (more) => more.tag(1, WireType.Varint).bool(true));
    inside(to, 29, (entry) => text(entry, 1, 'empty'));
  });
  assert.deepEqual(read(body), {
    maximum: 0.5,
    maxLength: 12,
    exclusiveMaximum: true,
    type: 'number',
    $ref: '',
    default: { a: [1] },
    enum: ['x', null],
    items: { type: 'string' },
    additionalProperties: true,
    properties: { empty: {} },
  });
  for (const wrong of [
    (to: BinaryWriter) => to.tag(9, WireType.Bit32).float(0.5),
    (to: BinaryWriter) => to.tag(9, WireType.Varint).int64(1),
    (to: BinaryWriter) => to.tag(5, WireType.Varint).int64(1),
    (to: BinaryWriter) => to.tag(10, WireType.LengthDelimited).bytes(new Uint8Array([1])),
    (to: BinaryWriter) => to.tag(23, WireType.Varint).int64(1),
    (to: BinaryWriter) => to.tag(29, WireType.Varint).int64(1),
  ]) {
    assert.throws(() => decodeProtobuf(schema(wrong)), isBad('bad-body', /has the wire type/));
  }
});

test('bytes are base64, but for those that hold a body of their own', () => {
  const body = envelope('v1', 'ConfigMap', (to) =>
    inside(to, 1, (meta) =>
      inside(meta, 17, (entry) => {
        text(entry, 1, 'kubectl');
        inside(entry, 7, (fields) => fields.tag(1, WireType.LengthDelimited).bytes(bytes('{"f:data":{}}')));
      }),
    ),
  );
  const { metadata } = decodeProtobuf(body) as { metadata: { managedFields: unknown[] } };
  assert.deepEqual(metadata.managedFields, [{ manager: 'kubectl', fieldsV1: { 'f:data': {} } }]);
});

test('what Go embeds stands inline', () => {
  const body = envelope('v1', 'Pod', (to) =>
    inside(to, 2, (spec) =>
      inside(spec, 2, (container) => {
        inside(container, 7, (env) => {
          text(env, 1, 'A');
          inside(env, 3, (source) =>
            inside(source, 3, (key) => {
              inside(key, 1, (local) => text(local, 1, 'settings'));
              text(key, 2, 'currency');
            }),
          );
        });
        inside(container, 10, (probe) => {
          inside(probe, 1, (handler) =>
            inside(handler, 2, (get) => {
              inside(get, 2, (port) => port.tag(2, WireType.Varint).int32(8080));
            }),
          );
        });
      }),
    ),
  );
  const { spec } = decodeProtobuf(body) as { spec: { containers: unknown[] } };
  assert.deepEqual(spec.containers, [
    {
      env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'currency' } } }],
      livenessProbe: { httpGet: { port: 8080 } },
    },
  ]);
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
