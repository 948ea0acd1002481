import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { KubeError } from '../errors.ts';
import { decodeProtobuf } from './protobuf.ts';
import { envelope, inside, text } from './testing/written.ts';

// Field by field: what each shape and type of a message becomes in JSON.

const bytes = (text: string) => new TextEncoder().encode(text);
const isBad =
  (code: string, words = /./) =>
  (error: unknown) =>
    error instanceof KubeError && error.code === code && words.test(error.message);

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
  const budget = envelope('policy/v1', 'PodDisruptionBudget', (to) =>
    inside(to, 3, (status) =>
      inside(status, 2, (entry) => {
        text(entry, 1, 'a');
        inside(entry, 2, () => {});
      }),
    ),
  );
  const { status } = decodeProtobuf(budget) as Record<string, object>;
  assert.deepEqual(status, { disruptedPods: { a: null } }, 'a zero time is written as null');
  const own = { value: '2', enumerable: true, configurable: true, writable: true };
  assert.deepEqual(Object.getOwnPropertyDescriptor(data ?? {}, 'a'), own);
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
  const many = Array.from({ length: 20 }, (_, at) => at);
  const small = many.reduce((to, value) => to.int64(value), new BinaryWriter()).finish();
  assert.deepEqual(groups(pod((to) => to.tag(4, WireType.LengthDelimited).bytes(small))), {
    supplementalGroups: many,
  });
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
