import { z } from 'zod';

/** What is being done now, in words. */
export const doingSchema = z.object({ doing: z.string() });
