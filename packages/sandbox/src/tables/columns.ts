import type { ResourceInfo } from '@toolcrib/kube';
import type { Column } from './column.ts';
import { AGE, NAME } from './column.ts';

/** The columns of a type: its own, or name and age. */
export function columnsOf(_info: ResourceInfo): Column[] {
  return [NAME, AGE];
}
