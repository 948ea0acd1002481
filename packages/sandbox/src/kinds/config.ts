import type { KubeObject } from '@toolcrib/kube';
import type { FieldFault } from '../apimachinery/api-error.ts';
import { equalJson } from '../apimachinery/json.ts';
import { forbiddenField, invalidValue } from '../store/meta-rules.ts';
import type { Strategy } from '../store/strategy.ts';
import { byDefault } from './pods/spec-defaults.ts';

const KEY = /^[-._a-zA-Z0-9]+$/;
const SAY_KEY =
  "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

function validateKeys(object: KubeObject): FieldFault[] {
  return ['data', 'binaryData'].flatMap((field) =>
    Object.keys(object[field] ?? {})
      .filter((key) => !KEY.test(key))
      .map((key) => invalidValue(`${field}[${key}]`, key, SAY_KEY)),
  );
}

const LARGEST = 1024 * 1024;

/** @param field where the server says it is */
function validateSize(object: KubeObject, field: string): FieldFault[] {
  const plain = Object.values<string>((object.kind === 'Secret' ? undefined : object.data) ?? {});
  const encoded = Object.values<string>((object.kind === 'Secret' ? object.data : object.binaryData) ?? {});
  const size =
    plain.reduce((sum, value) => sum + Buffer.byteLength(value), 0) +
    encoded.reduce((sum, value) => sum + Buffer.byteLength(value, 'base64'), 0);
  const body = `Too long: may not be more than ${LARGEST} bytes`;
  return size > LARGEST ? [{ type: 'FieldValueTooLong', field, body }] : [];
}

/** An object that was made immutable keeps its data and its flag. */
function validateImmutable(object: KubeObject, old: KubeObject): FieldFault[] {
  if (old.immutable !== true) return [];
  const faults: FieldFault[] = [];
  if (object.immutable !== true)
    faults.push(forbiddenField('immutable', 'field is immutable when `immutable` is set'));
  for (const field of ['data', 'binaryData']) {
    if (!equalJson(object[field], old[field])) {
      faults.push(forbiddenField(field, 'field is immutable when `immutable` is set'));
    }
  }
  return faults;
}

export const configMapStrategy: Strategy = {
  generation: 'none',
  validate: (object) => [...validateKeys(object), ...validateSize(object, '[]')],
  validateUpdate: validateImmutable,
};

export const secretStrategy: Strategy = {
  generation: 'none',
  setDefaults(secret) {
    byDefault(secret, 'type', 'Opaque');
    // Written in plain text, kept and read in base64.
    for (const [key, value] of Object.entries(secret.stringData ?? {})) {
      secret.data = { ...secret.data, [key]: Buffer.from(String(value)).toString('base64') };
    }
    delete secret.stringData;
  },
  validate: (object) => [...validateKeys(object), ...validateSize(object, 'data')],
  validateUpdate(secret, old) {
    const type = secret.type === old.type ? [] : [invalidValue('type', secret.type, 'field is immutable')];
    return [...type, ...validateImmutable(secret, old)];
  },
};
