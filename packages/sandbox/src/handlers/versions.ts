import type { KubeObject, ResourceType } from '@toolcrib/kube';
import { apiVersionOf } from '@toolcrib/kube';
import { CONVERSIONS } from './conversions.ts';

const conversions = new Map(CONVERSIONS.map((one) => [keyOf(one.served), one]));

/** Where objects of a served type are kept: itself, or the type of which it is another view. */
export function storedType(type: ResourceType): ResourceType {
  return conversions.get(keyOf(type))?.stored ?? type;
}

export function toStorage(type: ResourceType, object: KubeObject): KubeObject {
  return conversions.get(keyOf(type))?.toStored(object) ?? object;
}

export function fromStorage(type: ResourceType, object: KubeObject): KubeObject {
  const conversion = conversions.get(keyOf(type));
  // The versions of a custom resource differ in nothing but their name (conversion strategy None).
  if (!conversion) {
    const apiVersion = apiVersionOf(type);
    return object.apiVersion === apiVersion ? object : { ...object, apiVersion };
  }
  return { ...conversion.fromStored(object), apiVersion: apiVersionOf(type) };
}

function keyOf({ group, version, resource }: ResourceType): string {
  return `${group}/${version}/${resource}`;
}
