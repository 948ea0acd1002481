import { act } from './act.ts';
import { approve } from './approve.ts';
import { deny } from './deny.ts';
import { finish } from './finish.ts';
import { held } from './held.ts';
import { hold } from './hold.ts';
import { log } from './log.ts';
import type { Operation, OperationName } from './operation.ts';
import { radius } from './radius.ts';
import { status } from './status.ts';
import { stop } from './stop.ts';
import { undo } from './undo.ts';

/** All of them, by their names. */
export const operations: { readonly [Name in OperationName]: Operation & { readonly name: Name } } = {
  act,
  approve,
  deny,
  finish,
  held,
  hold,
  log,
  radius,
  status,
  stop,
  undo,
};
