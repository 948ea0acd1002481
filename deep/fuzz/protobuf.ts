import type { Random } from '../../packages/guard/src/testing/random.ts';

/** One field of a message as it stands on the wire; a nested message is taken apart as well. */
interface Field {
  number: number;
  wire: number;
  /** wire types 0, 1, 5: the bytes of the value; 2: what it holds. */
  bytes: Buffer;
  inside?: Field[];
}

const MAGIC = Buffer.from('k8s\0');

/** Kubernetes protobuf (magic, envelope, object), changed `times` times on the wire. */
export function protobufOf(random: Random, bytes: Buffer, times: number): Buffer {
  if (times === 0) return bytes;
  const fields = parse(bytes.subarray(MAGIC.length), 0);
  if (!fields) return bytes;
  let damage = 0;
  for (let i = 0; i < times; i++) {
    if (random.chance(0.93)) change(random, fields);
    else damage++;
  }
  let written: Buffer = Buffer.concat([MAGIC, write(random, fields)]);
  for (; damage > 0; damage--) written = random.pick(DAMAGE)(random, written);
  return written;
}

function parse(bytes: Buffer, depth: number): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number | undefined => {
    let value = 0;
    for (let i = 0; i < 10; i++) {
      const byte = bytes[at++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = varint();
    if (tag === undefined || tag >= 2 ** 32) return undefined;
    const [number, wire] = [Math.floor(tag / 8), tag % 8];
    if (number === 0) return undefined;
    const start = at;
    if (wire === 0) {
      if (varint() === undefined) return undefined;
    } else if (wire === 1) at += 8;
    else if (wire === 5) at += 4;
    else if (wire === 2) {
      const length = varint();
      if (length === undefined || at + length > bytes.length) return undefined;
      const content = bytes.subarray(at, at + length);
      at += length;
      const inside = depth < 8 && length > 0 ? parse(content, depth + 1) : undefined;
      fields.push({ number, wire, bytes: content, inside });
      continue;
    } else return undefined;
    if (at > bytes.length) return undefined;
    fields.push({ number, wire, bytes: bytes.subarray(start, at) });
  }
  return fields;
}

function varintOf(value: number | bigint, atLeast = 1): Buffer {
  const out: number[] = [];
  let left = BigInt.asUintN(64, BigInt(value));
  do {
    out.push(Number(left & 0x7fn) | 0x80);
    left >>= 7n;
  } while (left > 0n);
  while (out.length < atLeast) out.push(0x80);
  out[out.length - 1] = (out.at(-1) ?? 0) & 0x7f;
  return Buffer.from(out);
}

function write(random: Random, fields: Field[], overlong = 0): Buffer {
  return Buffer.concat(
    fields.flatMap(({ number, wire, bytes, inside }) => {
      const odd = overlong > 0 && random.chance(overlong) ? 1 + random.below(12) : 1;
      const tag = varintOf(number * 8 + wire, odd);
      if (wire !== 2) return [tag, bytes];
      const content = inside ? write(random, inside, overlong) : bytes;
      return [tag, varintOf(content.length, odd), content];
    }),
  );
}

/** Every list of fields, those near the top (spec, replicas, the options) more often. */
function messages(fields: Field[], depth = 0, found: { fields: Field[]; depth: number }[] = []) {
  found.push({ fields, depth });
  for (const { inside } of fields) if (inside) messages(inside, depth + 1, found);
  return found;
}

const VALUES = [
  0n,
  0n,
  1n,
  2n,
  3n,
  4n,
  7n,
  1000n,
  -1n,
  1n << 31n,
  1n << 32n,
  (1n << 32n) + 3n,
  (1n << 63n) - 1n,
  1n << 63n,
];

function someField(random: Random): Field {
  const number = random.pick([1, 1, 1, 2, 3, 4, 5, 9, 15, 16, 99, 2 ** 28, 2 ** 29 - 1]);
  switch (random.below(5)) {
    case 0:
      return { number, wire: 5, bytes: Buffer.alloc(4, random.below(256)) };
    case 1:
      return { number, wire: 1, bytes: Buffer.alloc(8, random.below(256)) };
    case 2:
      return {
        number,
        wire: 2,
        bytes: Buffer.from(random.pick(['', 'All', 'Orphan', 'Background', 'web', '\x08\x00', '\x08\x05'])),
      };
    default:
      return { number, wire: 0, bytes: varintOf(random.pick(VALUES)) };
  }
}

function change(random: Random, root: Field[]): void {
  const all = messages(root);
  const likely = all.filter(({ depth }) => depth <= 3);
  // The object and its spec (an Eviction's options): there stands what a request takes.
  const object = root.find(({ number }) => number === 2)?.inside;
  const spec = object?.find(({ number }) => number === 2)?.inside;
  const deciding = [object, spec].flatMap((found) => (found ? [{ fields: found }] : []));
  const from = random.chance(0.5) && deciding.length > 0 ? deciding : random.chance(0.85) ? likely : all;
  const { fields } = random.pick(from);
  const at = random.below(fields.length || 1);
  const field = fields[at];
  const anywhere = () => random.below(fields.length + 1);
  switch (random.below(field ? 12 : 2)) {
    case 0: // a field that no type has, or one that it has with a value that nobody meant
    case 1:
      fields.splice(anywhere(), 0, someField(random));
      return;
    case 2: // twice
      if (field) fields.splice(anywhere(), 0, structuredClone(field));
      return;
    case 3: // twice, with another value
      if (field) fields.splice(anywhere(), 0, otherValue(random, field));
      return;
    case 4: // one message in two, which a reader is to merge
      if (field?.inside) {
        const second = field.inside.splice(random.below(field.inside.length + 1));
        fields.splice(anywhere(), 0, { ...field, inside: second });
      }
      return;
    case 5: // another order
      fields.splice(at, 1);
      if (field) fields.splice(anywhere(), 0, field);
      return;
    case 6: // left out
      fields.splice(at, 1);
      return;
    case 7: // another value
      if (field) fields[at] = otherValue(random, field);
      return;
    case 8: // another wire type
      if (field) fields[at] = { ...someField(random), number: field.number };
      return;
    case 9: // a group around it or before it
      if (field)
        fields.splice(at, random.below(2), {
          number: field.number,
          wire: 3,
          bytes: random.chance(0.5)
            ? varintOf(field.number * 8 + 4)
            : Buffer.concat([Buffer.from([8, 0]), varintOf(field.number * 8 + 4)]),
        });
      return;
    case 10: // packed
      if (field)
        fields[at] = { number: field.number, wire: 2, bytes: Buffer.concat([field.bytes, Buffer.from([0])]) };
      return;
    case 11: // numbers longer than they need be
      if (field) {
        const bytes = write(random, field.inside ?? [field], 0.7);
        if (field.inside) fields[at] = { ...field, inside: undefined, bytes };
        else if (field.wire === 0) fields[at] = { ...field, bytes: longer(field.bytes, random.below(12)) };
      }
      return;
  }
}

function otherValue(random: Random, field: Field): Field {
  if (field.inside && random.chance(0.7)) {
    const inside = structuredClone(field.inside);
    change(random, inside);
    return { ...field, inside };
  }
  if (field.wire === 0)
    return { ...field, bytes: varintOf(random.pick(VALUES), random.chance(0.1) ? 10 : 1) };
  if (field.wire === 2) {
    return {
      ...field,
      inside: undefined,
      bytes: Buffer.from(
        random.pick(['', 'All', 'Orphan', 'Foreground', 'v1', 'Scale', 'apps/v1', 'web', '\x08\x00', '\xff']),
      ),
    };
  }
  return field;
}

function longer(bytes: Buffer, by: number): Buffer {
  const out = [...bytes];
  out[out.length - 1] = (out.at(-1) ?? 0) | 0x80;
  for (let i = 1; i < by; i++) out.push(0x80);
  out.push(0);
  return Buffer.from(out);
}

const DAMAGE: ((random: Random, bytes: Buffer) => Buffer)[] = [
  (random, bytes) => bytes.subarray(0, random.below(bytes.length + 1)),
  (random, bytes) => Buffer.concat([bytes, Buffer.from([random.below(256)])]),
  (_, bytes) => bytes.subarray(MAGIC.length),
  (_, bytes) => Buffer.concat([bytes, bytes]),
  (_, bytes) => Buffer.concat([bytes, bytes.subarray(MAGIC.length)]),
  (random, bytes) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)] = random.below(256);
    return copy;
  },
];
