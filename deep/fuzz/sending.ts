import type { Random } from '../../packages/guard/src/testing/random.ts';
import { jsonOf } from './json.ts';
import { protobufOf } from './protobuf.ts';
import { changeQuery, queryOf } from './query.ts';
import type { Sample, Sent } from './referee.ts';
import { yamlOf } from './yaml.ts';

const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** How many of the changes go where. */
export interface Changes {
  body: number;
  query: number;
  head: number;
}

export interface Body {
  bytes: Buffer;
  type: string;
}

/** Bodies with nothing or next to nothing in them, which some readers take for none. */
const TINY = [
  'null',
  '{}',
  '[]',
  '""',
  '0',
  ' ',
  '\n',
  '---',
  '---\n',
  '~',
  '# c',
  '{"kind":"DeleteOptions"}',
  '{"dryRun":["All"]}',
  'k8s\0',
  'k8s',
  '\0',
  '\ufeff',
  '{"spec":null}',
  'spec:',
  '<<: {}',
];

/** An object in one of its formats, changed so often. */
export function bodyOf(random: Random, sample: Sample, changes: number): Body {
  if (changes > 0 && random.chance(0.02)) {
    const type = random.pick(['application/json', 'application/yaml', PROTOBUF]);
    return { bytes: Buffer.from(random.pick(TINY)), type };
  }
  switch (random.pick(['json', 'json', 'yaml', 'yaml', 'yaml-own', 'protobuf', 'protobuf', 'protobuf'])) {
    case 'json':
      return { bytes: jsonOf(random, JSON.parse(sample.json.toString()), changes), type: 'application/json' };
    case 'yaml':
      return { bytes: yamlOf(random, JSON.parse(sample.json.toString()), changes), type: 'application/yaml' };
    case 'yaml-own':
      if (changes === 0) return { bytes: sample.yaml, type: 'application/yaml' };
      return { bytes: jsonOf(random, JSON.parse(sample.json.toString()), changes), type: 'application/yaml' };
    default:
      return { bytes: protobufOf(random, sample.protobuf, changes), type: PROTOBUF };
  }
}

/** The request that sends it, its query and head changed as often as that says. */
export function request(random: Random, method: string, path: string, changes: Changes, body: Body): Sent {
  let query = queryOf(random, method, method === 'DELETE' && !path.endsWith('/web'));
  for (let i = 0; i < changes.query; i++) query = changeQuery(random, query);
  const sent: Sent = { method, path, query, contentTypes: [body.type], body: body.bytes };
  for (let i = 0; i < changes.head; i++) changeHead(random, sent);
  return sent;
}

const TYPES = [
  ...[
    'application/json',
    'application/yaml',
    PROTOBUF,
    'application/merge-patch+json',
    'application/json-patch+json',
  ],
  ...[
    'application/strategic-merge-patch+json',
    'application/apply-patch+yaml',
    'text/yaml',
    'application/x-yaml',
    'text/plain',
    '*/*',
    '',
    'application/cbor',
    'application/apply-patch+cbor',
  ],
];

/** The Content-Type or the path written otherwise. */
function changeHead(random: Random, sent: Sent): void {
  const [type = ''] = sent.contentTypes;
  const segments = sent.path.split('/');
  const at = 1 + random.below(segments.length - 1);
  const segment = segments[at] ?? '';
  switch (random.below(10)) {
    case 0:
      sent.contentTypes = [];
      return;
    case 1:
      sent.contentTypes = [random.pick(TYPES)];
      return;
    case 2:
      sent.contentTypes = random.chance(0.5) ? [type, random.pick(TYPES)] : [random.pick(TYPES), type];
      return;
    case 3:
      sent.contentTypes = [
        random.pick([
          type.toUpperCase(),
          `${type};charset=utf-8`,
          `${type} ; a=b`,
          `${type};`,
          `;${type}`,
          `${type}, application/json`,
          ` ${type}`,
          `${type};stream=watch`,
          `${type}; a="`,
          `"${type}"`,
          `${type};charset=utf-16`,
        ]),
      ];
      return;
    case 4:
      sent.path = `${sent.path}/`;
      return;
    case 5:
      segments[at] =
        segment && `${segment.slice(0, 1)}%${segment.charCodeAt(1).toString(16)}${segment.slice(2)}`;
      break;
    case 6:
      segments[at] = random.pick([
        segment.toUpperCase(),
        `${segment}%20`,
        `${segment};x=y`,
        `${segment}+`,
        '',
        '.',
        '..',
        `${segment}%2f`,
        `${segment}%00`,
      ]);
      break;
    case 7:
      segments.splice(random.pick([3, 4]), 0, random.pick(['watch', 'proxy', 'namespaces']));
      break;
    case 8:
      segments.splice(at, 0, segment);
      break;
    default:
      sent.path = `${sent.path}/${random.pick(['scale', 'status', 'eviction', 'proxy', 'finalize', 'x'])}`;
      return;
  }
  sent.path = segments.join('/');
}
