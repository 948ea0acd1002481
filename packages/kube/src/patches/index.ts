export * from './apply-patch.ts';
export { isObject as isPlainObject } from './json.ts';
export { applyJsonPatch, jsonPatchOperations, PatchDoesNotApply } from './json-patch.ts';
export { applyMergePatch } from './merge-patch.ts';
export { applyStrategicMergePatch } from './strategic-merge.ts';
