import { ToolcribError } from '@toolcrib/model';
import { z } from 'zod';
import type { Context } from './context.ts';

/** Every verb; the registry (`index.ts`) and each face that offers them are complete by it. */
export const operationNames = [
  'act',
  'approve',
  'criteria',
  'deny',
  'doctor',
  'doctor-bundle',
  'door-port',
  'finish',
  'held',
  'hold',
  'log',
  'radius',
  'renew-trust',
  'sbom',
  'sbom-diff',
  'setup',
  'setup-plan',
  'start',
  'status',
  'stop',
  'terminal',
  'trust',
  'undo',
  'uninstall',
  'uninstall-plan',
  'verify',
  'vet',
  'vet-packs',
  'vet-publish',
] as const;
export type OperationName = (typeof operationNames)[number];

/**
 * One thing that can be asked of toolcrib, by whatever face: a value in, a value out. It knows no text for people, no exit
 * code and no process; who asks, and what has to be opened for it, is given with the context.
 */
export interface Operation<
  In extends z.ZodObject = z.ZodObject,
  Out extends z.ZodType = z.ZodType,
  Event extends z.ZodType = z.ZodType,
> {
  readonly name: OperationName;
  /** One sentence. */
  readonly title: string;
  /** Nothing is changed by it. */
  readonly looks: boolean;
  /**
   * The farthest that it reaches. What a cluster sends may take long, so a face that others wait for does that aside.
   * `terminal`: the terminal that asks, and toolcrib's own files; `files`: what the input names on this machine or in the
   * network, written by strangers; `itself`: what came with toolcrib.
   */
  readonly reaches: 'guard' | 'journal' | 'cluster' | 'terminal' | 'files' | 'itself';
  readonly input: In;
  readonly output: Out;
  /** What is told on the way; absent where it is over in a moment. */
  readonly event?: Event;
  /** Brings itself what it works with, where that is much: a face knows every operation. @throws ToolcribError */
  run(context: Context, input: z.output<In>, tell: (event: z.output<Event>) => void): Promise<z.output<Out>>;
}

/** The same, with its types from its schemas. */
export function operation<
  Name extends OperationName,
  In extends z.ZodObject,
  Out extends z.ZodType,
  Event extends z.ZodType = z.ZodNever,
>(
  one: Operation<In, Out, Event> & { readonly name: Name },
): Operation<In, Out, Event> & { readonly name: Name } {
  return one;
}

/**
 * Carries one out.
 * @param input as it came: it is checked here
 * @throws ToolcribError `usage` for an input that is none; else what it says itself
 */
export async function perform<In extends z.ZodObject, Out extends z.ZodType, Event extends z.ZodType>(
  one: Operation<In, Out, Event>,
  context: Context,
  input: unknown,
  tell: (event: z.output<Event>) => void = () => undefined,
): Promise<z.output<Out>> {
  const read = one.input.safeParse(input);
  if (!read.success)
    throw new ToolcribError('usage', `${one.name} can't be asked so. ${z.prettifyError(read.error)}`, {
      cause: read.error,
    });
  return one.run(context, read.data, tell);
}
