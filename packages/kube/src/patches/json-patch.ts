import { KubeError } from '../errors.ts';
import { copyJson, isObject, sameJson, setField } from './json.ts';

/** One operation of a JSON patch (RFC 6902). */
interface JsonPatchOperation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** A JSON patch that is well formed but does not fit the object: the server answers 422 with this text. */
export class PatchDoesNotApply extends KubeError {
  constructor(message: string) {
    super('bad-patch', message);
    this.name = 'PatchDoesNotApply';
  }
}

const OPERATIONS = ['add', 'remove', 'replace', 'move', 'copy', 'test'];

/** @throws KubeError `bad-patch` where the document is not a JSON patch at all */
export function jsonPatchOperations(patch: unknown): JsonPatchOperation[] {
  if (!Array.isArray(patch)) throw new KubeError('bad-patch', 'A JSON patch is a list of operations.');
  return patch.map((operation) => {
    if (!isObject(operation) || typeof operation.op !== 'string' || typeof operation.path !== 'string') {
      throw new KubeError('bad-patch', 'Each operation of a JSON patch has an op and a path.');
    }
    return operation as unknown as JsonPatchOperation;
  });
}

/**
 * Applies a JSON patch to a copy of the object.
 * @throws KubeError `bad-patch`; PatchDoesNotApply where an operation fails on this object
 */
export function applyJsonPatch(object: unknown, patch: unknown): unknown {
  const holder = { root: copyJson(object) };
  for (const operation of jsonPatchOperations(patch)) applyOperation(holder, operation);
  return holder.root;
}

function applyOperation(holder: { root: unknown }, { op, path, from, value }: JsonPatchOperation): void {
  if (!OPERATIONS.includes(op)) throw new PatchDoesNotApply(`Unexpected kind: ${op}`);
  switch (op) {
    case 'add':
      add(holder, path, copyJson(value ?? null));
      return;
    case 'replace':
      replace(holder, path, copyJson(value ?? null));
      return;
    case 'remove':
      read(holder, path, `remove operation does not apply: doc is missing path: "${path}": missing value`);
      remove(holder, path);
      return;
    case 'test': {
      const actual = read(
        holder,
        path,
        `testing value ${path} failed: test failed`,
        value === undefined || value === null,
      );
      if (!sameJson(actual ?? null, value ?? null))
        throw new PatchDoesNotApply(`testing value ${path} failed: test failed`);
      return;
    }
    default: {
      const source = from ?? '';
      const moved = copyJson(
        read(
          holder,
          source,
          `${op} operation does not apply: doc is missing from path: ${source}: missing value`,
        ),
      );
      if (op === 'move') remove(holder, source);
      add(holder, path, moved);
    }
  }
}

function tokens(path: string): string[] {
  if (path === '') return [];
  if (!path.startsWith('/'))
    throw new PatchDoesNotApply(`the path ${JSON.stringify(path)} does not begin with /`);
  return path
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function read(holder: { root: unknown }, path: string, whyNot: string, optional = false): unknown {
  let at: unknown = holder.root;
  for (const token of tokens(path)) {
    const next: unknown = Array.isArray(at)
      ? at[indexOf(token, at.length - 1, whyNot)]
      : isObject(at) && Object.hasOwn(at, token)
        ? at[token]
        : undefined;
    if (next === undefined) {
      if (optional) return undefined;
      throw new PatchDoesNotApply(whyNot);
    }
    at = next;
  }
  return at;
}

function parentOf(holder: { root: unknown }, path: string): [unknown, string] {
  const all = tokens(path);
  const last = String(all.pop());
  const parentPath = all.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
  return [
    read(holder, parentPath, `add operation does not apply: doc is missing path: "${path}": missing value`),
    last,
  ];
}

function add(holder: { root: unknown }, path: string, value: unknown): void {
  if (path === '') {
    holder.root = value;
    return;
  }
  const [parent, last] = parentOf(holder, path);
  const whyNot = `add operation does not apply: doc is missing path: "${path}": missing value`;
  if (Array.isArray(parent))
    parent.splice(last === '-' ? parent.length : indexOf(last, parent.length, whyNot), 0, value);
  else if (isObject(parent)) setField(parent, last, value);
  else throw new PatchDoesNotApply(whyNot);
}

/** The server's library takes a `replace` of a field that is not there as an `add`. */
function replace(holder: { root: unknown }, path: string, value: unknown): void {
  const [parent] = path === '' ? [undefined] : parentOf(holder, path);
  if (!isObject(parent)) {
    read(holder, path, `replace operation does not apply: doc is missing key: ${path}: missing value`);
  }
  if (path === '') holder.root = value;
  else write(holder, path, value);
}

function write(holder: { root: unknown }, path: string, value: unknown): void {
  const [parent, last] = parentOf(holder, path);
  if (Array.isArray(parent)) parent[Number(last)] = value;
  else if (isObject(parent)) setField(parent, last, value);
}

function remove(holder: { root: unknown }, path: string): void {
  const [parent, last] = parentOf(holder, path);
  if (Array.isArray(parent)) parent.splice(Number(last), 1);
  else if (isObject(parent)) delete parent[last];
}

function indexOf(token: string, highest: number, whyNot: string): number {
  if (!/^(0|[1-9]\d*)$/.test(token) || Number(token) > highest) throw new PatchDoesNotApply(whyNot);
  return Number(token);
}
