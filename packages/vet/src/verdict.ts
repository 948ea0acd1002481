import { z } from 'zod';

/** Three-valued, as `Verdict` of the model; *unknown* never passes. */
export const verdictSchema = z.enum(['pass', 'fail', 'unknown']);
