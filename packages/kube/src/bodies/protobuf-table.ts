import generated from './protobuf.generated.json' with { type: 'json' };

/** One field of a Kubernetes protobuf message. */
export interface ProtobufField {
  /** The name in JSON; '' where Go embeds the message and JSON has its fields inline. */
  json: string;
  shape: 'one' | 'list' | 'map';
  /** A scalar type, or the full name of a message. */
  type: string;
  /** False where Go leaves a zero value out of JSON. */
  keepsZero: boolean;
}

export type ProtobufMessage = ReadonlyMap<number, ProtobufField>;

const { prefixes, groups, messages } = generated as {
  prefixes: string[];
  groups: Record<string, string>;
  messages: Record<string, string>;
};

/** Put together at the first protobuf body, which most programs never meet. */
let byName: ReadonlyMap<string, string> | undefined;
function rows(): ReadonlyMap<string, string> {
  byName ??= new Map(Object.entries(messages).map(([name, row]) => [long(name), row]));
  return byName;
}
const parsed = new Map<string, ProtobufMessage>();

const META = 'k8s.io.apimachinery.pkg.apis.meta.v1';

/** The message of a kind, or undefined where none is published for it. */
export function messageOfKind(apiVersion: string, kind: string): string | undefined {
  const groupVersion = apiVersion.includes('/') ? apiVersion : `/${apiVersion}`;
  // DeleteOptions and the like are registered in every group.
  const candidates = [`${groups[groupVersion]}.${kind}`, `${META}.${kind}`];
  return candidates.find((name) => rows().has(name));
}

export function protobufMessage(name: string): ProtobufMessage | undefined {
  const known = parsed.get(name);
  if (known) return known;
  const row = rows().get(name);
  if (row === undefined) return undefined;
  const message = new Map(row === '' ? [] : row.split(';').map(parseField));
  parsed.set(name, message);
  return message;
}

function parseField(text: string): [number, ProtobufField] {
  const [number, tag = '', typed = ''] = text.split(' ');
  const shape = typed.startsWith('[]') ? 'list' : typed.startsWith('{}') ? 'map' : 'one';
  const keepsZero = tag.endsWith('!');
  const type = long(shape === 'one' ? typed : typed.slice(2));
  return [Number(number), { json: keepsZero ? tag.slice(0, -1) : tag, shape, type, keepsZero }];
}

function long(name: string): string {
  return name.replace(/^#(\d+)\./, (_, at) => prefixes[Number(at)] ?? '');
}
