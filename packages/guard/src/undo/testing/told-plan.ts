import type { KubeObject } from '@toolcrib/kube';
import type { RequestRecord } from '@toolcrib/model';
import { planUndo } from '../plan.ts';
import { live, snapshotOf } from './kept.ts';

/** What a plan would do, a line a step. */
export function said(
  objects: KubeObject[],
  standing: KubeObject[] = [],
  requests: RequestRecord[] = [],
): string[] {
  return planUndo([snapshotOf(objects)], [], live(objects, standing), requests).steps.map((step) => {
    if (step.do === 'none') return `${step.result.result} ${step.result.what.replace(/shop\//, '')}`;
    if (step.do === 'create') return `create ${step.snapshot.kind} ${step.snapshot.metadata.name}`;
    return step.do;
  });
}
