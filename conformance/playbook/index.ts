import type { Category } from '../step.ts';
import { adoption } from './adoption.ts';
import { statefulSetClaims } from './claims.ts';
import { crudOfEveryKind } from './crud.ts';
import { discovery } from './discovery.ts';
import { dryRun } from './dry-run.ts';
import { elsewhere } from './elsewhere.ts';
import { errors } from './errors.ts';
import { evictions } from './eviction.ts';
import { finalizers } from './finalizers.ts';
import { helm } from './helm.ts';
import { kubectl } from './kubectl.ts';
import { namespaces } from './namespaces.ts';
import { patches } from './patches.ts';
import { preconditions } from './preconditions.ts';
import { propagation } from './propagation.ts';
import { scaleAndRollout } from './rollout.ts';
import { selectors } from './selectors.ts';
import { serverSideApply } from './server-side-apply.ts';
import { tables } from './tables.ts';
import { watch } from './watch.ts';

/** The playbook, in the order of docs/conformance.md. */
export const categories: Category[] = [
  crudOfEveryKind,
  patches,
  serverSideApply,
  dryRun,
  preconditions,
  selectors,
  watch,
  propagation,
  finalizers,
  adoption,
  evictions,
  namespaces,
  statefulSetClaims,
  scaleAndRollout,
  tables,
  discovery,
  errors,
  elsewhere,
  kubectl,
  helm,
];
