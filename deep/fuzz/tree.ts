import type { Random } from '../../packages/guard/src/testing/random.ts';

/** JSON or YAML before it is written: keys in their order, twice if need be, scalars as the text that stands there. */
export type Tree =
  | { is: 'map'; entries: { key: string; value: Tree }[] }
  | { is: 'list'; items: Tree[] }
  /** `text` is written as it is; `value` is what it was before anything was changed. */
  | { is: 'scalar'; text?: string; value: string | number | boolean | null };

export function treeOf(value: unknown): Tree {
  if (Array.isArray(value)) return { is: 'list', items: value.map(treeOf) };
  if (typeof value === 'object' && value !== null) {
    return {
      is: 'map',
      entries: Object.entries(value).map(([key, item]) => ({ key, value: treeOf(item) })),
    };
  }
  return { is: 'scalar', value: value as string | number | boolean | null };
}

function copyOf(tree: Tree): Tree {
  return structuredClone(tree);
}

type Entries = { key: string; value: Tree }[];

/** Every map of a tree with its depth, the ones that decide most first. */
function maps(tree: Tree, found: Entries[] = []): Entries[] {
  if (tree.is === 'map') {
    found.push(tree.entries);
    for (const { value } of tree.entries) maps(value, found);
  } else if (tree.is === 'list') for (const item of tree.items) maps(item, found);
  return found;
}

const DECIDES =
  /^(replicas|spec|metadata|name|namespace|kind|apiVersion|deleteOptions|dryRun|propagationPolicy|orphanDependents|gracePeriodSeconds|preconditions|uid)$/i;

/** What alone decides how much a request takes. */
const SIZES = /^(replicas|dryRun|propagationPolicy|orphanDependents|gracePeriodSeconds)$/;

/** A map, and one of its entries: rather one that decides something. */
function place(random: Random, tree: Tree): { entries: Entries; at: number } | undefined {
  const all = maps(tree).filter((entries) => entries.length > 0);
  if (all.length === 0) return undefined;
  const sizes = random.chance(0.4)
    ? all.flatMap((entries) => entries.flatMap(({ key }, at) => (SIZES.test(key) ? [{ entries, at }] : [])))
    : [];
  if (sizes.length > 0) return random.pick(sizes);
  const deciding = all.filter((entries) => entries.some(({ key }) => DECIDES.test(key)));
  const entries = random.pick(deciding.length > 0 && random.chance(0.8) ? deciding : all);
  const likely = entries.flatMap(({ key }, at) => (DECIDES.test(key) ? [at] : []));
  const at = likely.length > 0 && random.chance(0.8) ? random.pick(likely) : random.below(entries.length);
  return { entries, at };
}

/** A change of a tree that keeps it one. Each is a kind of what encoders, people and attackers do to a document. */
const CHANGES: ((random: Random, tree: Tree, scalar: Scalars) => void)[] = [
  // a key twice, the second with another value
  (random, tree, scalar) => {
    const found = place(random, tree);
    if (!found) return;
    const { entries, at } = found;
    const { key, value } = entries[at] as Entries[number];
    const other = random.chance(0.3)
      ? copyOf(value)
      : value.is === 'scalar'
        ? scalar(random)
        : partOf(random, value);
    entries.splice(random.below(entries.length + 1), 0, { key, value: other });
  },
  // a map in two parts under one key
  (random, tree) => {
    const found = place(random, tree);
    if (!found) return;
    const { entries, at } = found;
    const { key, value } = entries[at] as Entries[number];
    if (value.is !== 'map') return;
    const cut = random.below(value.entries.length + 1);
    entries.push({ key, value: { is: 'map', entries: value.entries.splice(cut) } });
  },
  // another order
  (random, tree) => {
    const found = place(random, tree);
    if (!found) return;
    const [taken] = found.entries.splice(found.at, 1);
    if (taken) found.entries.splice(random.below(found.entries.length + 1), 0, taken);
  },
  // a field left out
  (random, tree) => {
    const found = place(random, tree);
    found?.entries.splice(found.at, 1);
  },
  // a key written otherwise
  (random, tree) => {
    const found = place(random, tree);
    const entry = found?.entries[found.at];
    if (!entry) return;
    const { key } = entry;
    entry.key = random.pick([
      key.toUpperCase(),
      key.toLowerCase(),
      key.charAt(0).toUpperCase() + key.slice(1),
      `${key} `,
      ` ${key}`,
      `${key}\0`,
      key.replace('s', 'ſ'),
      key.replace('k', 'K'),
      `${key}x`,
      '',
      '__proto__',
      '<<',
      '$patch',
      `$retainKeys`,
      `$setElementOrder/${key}`,
      `$deleteFromPrimitiveList/${key}`,
    ]);
  },
  // a field that no type has
  (random, tree, scalar) => {
    const found = place(random, tree);
    found?.entries.splice(random.below(found.entries.length + 1), 0, {
      key: random.pick([
        'zz',
        'replica',
        'constructor',
        '__proto__',
        'toString',
        '$patch',
        '$retainKeys',
        'spec',
        'replicas',
      ]),
      value: scalar(random),
    });
  },
  // an object or a list where a scalar is wanted, or the value one level deeper
  (random, tree) => {
    const found = place(random, tree);
    const entry = found?.entries[found.at];
    if (!entry) return;
    entry.value = random.pick<Tree>([
      { is: 'map', entries: [] },
      { is: 'list', items: [] },
      { is: 'list', items: [entry.value] },
      { is: 'map', entries: [{ key: entry.key, value: entry.value }] },
    ]);
  },
];

/** Another value, of the same type or another. */
const VALUES: typeof CHANGES = [
  (random, tree, scalar) => {
    const found = place(random, tree);
    const entry = found?.entries[found.at];
    if (entry) entry.value = scalar(random);
  },
];

export type Scalars = (random: Random) => Tree;

/** Changes a tree once, in one of the ways that every format has. */
export function changeTree(random: Random, tree: Tree, scalar: Scalars): void {
  random.pick(random.chance(0.3) ? VALUES : CHANGES)(random, tree, scalar);
}

function partOf(random: Random, tree: Tree): Tree {
  const part = copyOf(tree);
  if (part.is === 'map') part.entries.splice(random.below(part.entries.length + 1));
  if (part.is === 'list') part.items.splice(random.below(part.items.length + 1));
  return part;
}
