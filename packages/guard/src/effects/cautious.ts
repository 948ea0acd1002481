import type { Target } from '@toolcrib/model';
import { releaseNamed } from '../read/helm.ts';
import type { WholeKind } from './effect-kind.ts';
import { lookAsUnread } from './look-as-unread.ts';
import { WORST } from './subject.ts';
import { oneOf, typedAs } from './words.ts';

/** Whatever kind it is, it may say these of itself. */
interface Said {
  verb: string;
  target?: Target;
  why?: string;
}

/**
 * What counts of an effect that does not say it: it is never cheap, never read ahead, never softened; it is kept, held in
 * enforce like what could not be read, and of its undo nobody says that it brought all back.
 */
export const cautious: WholeKind<Said> = {
  title: ({ verb, target }) => `${verb} ${oneOf(target)}`,
  typed: ({ verb, target }, more) => typedAs(verb, target, more),
  asSentWhy: () => 'nothing is known that would come to the same',
  besides: () => undefined,

  mayBe: () => true,
  read: () => undefined,
  look: (effect, at) =>
    lookAsUnread({ verb: 'not-understood', target: effect.target, why: whyOf(effect) }, at),
  aim: ({ target: { group = '', resource = '' } = {} as Target }, ref) => ({
    ref,
    type: { group, resource },
    effect: WORST,
  }),
  asDryRun: undefined,
  pinned: () => ({}),
  oneByOne: false,

  unread: whyOf,
  facts: () => ({}),
  cheap: undefined,
  likeness: undefined,
  sideBySide: false,

  begins: undefined,
  beginsUninstall: ({ target }) => target !== undefined && releaseNamed(target) !== undefined,
  helmSends: true,

  targets: 'unknown',
  asDelete: () => undefined,
  asScale: () => undefined,

  refusedBy: () => false,
  became: undefined,
  undo: 'unknown',
};

function whyOf({ verb, why }: Said): string {
  return why ?? `nothing says what a request to ${verb} takes`;
}

/** Of a kind that is known for certain. */
export const no = (): false => false;
/** Of a kind that rules may decide on. */
export const readable = (): undefined => undefined;
