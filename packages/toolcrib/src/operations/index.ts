import { act } from './act.ts';
import { approve } from './approve.ts';
import { criteria } from './criteria.ts';
import { deny } from './deny.ts';
import { doctor } from './doctor.ts';
import { doctorBundle } from './doctor-bundle.ts';
import { doorPort } from './door-port.ts';
import { finish } from './finish.ts';
import { held } from './held.ts';
import { hold } from './hold.ts';
import { log } from './log.ts';
import type { Operation, OperationName } from './operation.ts';
import { radius } from './radius.ts';
import { renewTrust } from './renew-trust.ts';
import { sbom } from './sbom.ts';
import { sbomDiff } from './sbom-diff.ts';
import { setup } from './setup.ts';
import { setupPlan } from './setup-plan.ts';
import { start } from './start.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { terminal } from './terminal.ts';
import { trust } from './trust.ts';
import { undo } from './undo.ts';
import { uninstall } from './uninstall.ts';
import { uninstallPlan } from './uninstall-plan.ts';
import { verify } from './verify.ts';
import { vet } from './vet.ts';
import { vetPacks } from './vet-packs.ts';
import { vetPublish } from './vet-publish.ts';

/** All of them, by their names. */
export const operations: { readonly [Name in OperationName]: Operation & { readonly name: Name } } = {
  act,
  approve,
  criteria,
  deny,
  doctor,
  'doctor-bundle': doctorBundle,
  'door-port': doorPort,
  finish,
  held,
  hold,
  log,
  radius,
  'renew-trust': renewTrust,
  sbom,
  'sbom-diff': sbomDiff,
  setup,
  'setup-plan': setupPlan,
  start,
  status,
  stop,
  terminal,
  trust,
  undo,
  uninstall,
  'uninstall-plan': uninstallPlan,
  verify,
  vet,
  'vet-packs': vetPacks,
  'vet-publish': vetPublish,
};
