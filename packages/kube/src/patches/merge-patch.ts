import { copyJson, isObject, setField } from './json.ts';

/** JSON merge patch (RFC 7386): null removes, objects merge, everything else replaces. Neither is changed. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return copyJson(patch);
  const result = isObject(target) ? copyJson(target) : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else setField(result, key, applyMergePatch(Object.hasOwn(result, key) ? result[key] : undefined, value));
  }
  return result;
}
