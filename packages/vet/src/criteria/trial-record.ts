import { z } from 'zod';
import type { Criterion } from './criterion.ts';
import { unknown } from './figures.ts';

const threshold = z.strictObject({});

/** A place kept: it can't pass before there are trials and advisories to look at. */
export const trialRecord: Criterion<z.infer<typeof threshold>> = {
  id: 'trial-record',
  title: 'Behaviour: trials and advisories',
  definition:
    'This version was tried in the sandbox, kept its promises, and no misbehaviour advisory names it. Until such a record is given, it is unknown.',
  source: { title: 'toolcrib, design: trust, but verify', url: 'docs/vet.md#behaviour' },
  passes: 'never yet: see *Behaviour*',
  from: 'nowhere yet',
  threshold,
  judge: () => unknown('no trial record and no misbehaviour advisories were given'),
};
