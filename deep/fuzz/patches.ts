import type { Random } from '../../packages/guard/src/testing/random.ts';
import { jsonOf } from './json.ts';
import type { Sent } from './referee.ts';
import { type Changes, request } from './sending.ts';
import { yamlOf } from './yaml.ts';

type Object = Record<string, unknown>;

/** A patch of each type that could make such an object. */
export function patched(
  random: Random,
  path: string,
  object: Object,
  changes: Changes,
  strategic: boolean,
): Sent {
  const types = ['merge', 'json', 'apply', 'apply-yaml', ...(strategic ? ['strategic', 'strategic'] : [])];
  switch (random.pick(types)) {
    case 'apply':
    case 'apply-yaml': {
      const bytes = random.chance(0.5)
        ? yamlOf(random, object, changes.body)
        : jsonOf(random, object, changes.body);
      const sent = request(random, 'PATCH', path, changes, { bytes, type: 'application/apply-patch+yaml' });
      // Without a manager the server refuses it, and most without force for the one that stands there.
      const manager = /fieldManager=/.test(sent.query) ? '' : 'fieldManager=kubectl';
      const force = random.chance(0.9) ? 'force=true' : '';
      return { ...sent, query: [sent.query, manager, force].filter(Boolean).join('&') };
    }
    case 'json': {
      const bytes = jsonOf(random, jsonPatch(random, object), changes.body);
      return request(random, 'PATCH', path, changes, { bytes, type: 'application/json-patch+json' });
    }
    case 'strategic':
      return request(random, 'PATCH', path, changes, {
        bytes: jsonOf(random, someOf(random, object, true), changes.body),
        type: 'application/strategic-merge-patch+json',
      });
    default:
      return request(random, 'PATCH', path, changes, {
        bytes: jsonOf(random, someOf(random, object, false), changes.body),
        type: 'application/merge-patch+json',
      });
  }
}

/** The part of an object that a patch sets, with what a patch may take away. */
function someOf(random: Random, object: Object, strategic: boolean): Object {
  const spec = { ...(object.spec as Object | undefined) };
  const keep = Object.fromEntries(
    Object.entries(spec).filter(([key]) => key === 'replicas' || random.chance(0.3)),
  );
  const patch: Object = { spec: keep };
  if (random.chance(0.1)) keep.replicas = null;
  if (random.chance(0.2)) patch.metadata = { labels: { app: 'other' } };
  if (random.chance(0.05)) patch.spec = null;
  if (random.chance(0.1)) delete patch.spec;
  if (strategic && random.chance(0.2)) {
    const into = random.chance(0.5) ? keep : patch;
    const verb = random.pick(['$patch', '$retainKeys', '$setElementOrder', '$deleteFromPrimitiveList']);
    const of = random.pick(['', '', '/replicas', '/spec', '/containers']);
    into[`${verb}${of}`] = random.pick([
      'replace',
      'delete',
      'merge',
      ['replicas'],
      [],
      0,
      null,
      { replicas: 0 },
    ]);
  }
  return patch;
}

function jsonPatch(random: Random, object: Object): unknown[] {
  const { replicas } = (object.spec ?? {}) as { replicas?: number };
  const value = replicas ?? 0;
  return Array.from({ length: 1 + random.below(3) }, () =>
    random.pick<unknown>([
      { op: 'replace', path: '/spec/replicas', value },
      { op: 'add', path: '/spec/replicas', value },
      { op: 'remove', path: '/spec/replicas' },
      { op: 'test', path: '/spec/replicas', value: 5 },
      { op: 'add', path: '/spec', value: { replicas: value } },
      { op: 'copy', from: '/metadata/generation', path: '/spec/replicas' },
      { op: 'move', from: '/spec/replicas', path: '/spec/other' },
      { op: 'replace', path: '', value: object },
      { op: 'add', path: '/metadata/labels/x', value: 'y' },
    ]),
  );
}
