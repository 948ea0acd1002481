import type { Body, KubeObject } from '@toolcrib/kube';

/** A count as it stands in a spec; `otherwise` where there is none, or none that can be counted with. */
export function countOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && Number.isInteger(value) ? value : otherwise;
}

/** A whole number, or a percentage of `total` (`25%`), rounded as told. Anything else is 0. */
export function scaledValue(value: unknown, total: number, round: 'up' | 'down'): number {
  if (typeof value === 'number') return countOf(value, 0);
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  if (percent === undefined) return 0;
  const exact = (Number(percent) * total) / 100;
  return round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

export { cloneJson as clone } from '../../apimachinery/json.ts';

/** Leaves out the fields that the API leaves out (`omitempty`): 0, '', false, null, undefined, []. */
export function omitEmpty<T extends Record<string, unknown>>(fields: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value && !(Array.isArray(value) && value.length === 0)),
  ) as Partial<T>;
}

/** JSON with sorted keys and without null, undefined and empty lists: equal text for what the API holds equal. */
export function canonicalJson(value: Body): string {
  return JSON.stringify(normalise(value)) ?? 'null';
}

function normalise(value: Body): Body {
  if (Array.isArray(value)) return value.map((item) => normalise(item) ?? null);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const fields: Record<string, unknown> = {};
  for (const key of Object.keys(value).sort()) {
    const field = normalise(value[key]);
    if (field === undefined || (Array.isArray(field) && field.length === 0)) continue;
    fields[key] = field;
  }
  return fields;
}

export function semanticallyEqual(a: Body, b: Body): boolean {
  return canonicalJson(a) === canonicalJson(b);
}

/** The order of code units, for sorting. */
export function byText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

export const byName = (a: KubeObject, b: KubeObject): number => byText(a.metadata.name, b.metadata.name);
