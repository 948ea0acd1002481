import * as z from 'zod';

/**
 * A list of which the first wrong member ends the reading. `z.array` describes every wrong one, and in a file with
 * millions of them the descriptions alone take gigabytes.
 */
export function listOf<T>(member: () => z.ZodType<T>): z.ZodType<T[]> {
  return z.unknown().transform((value, context): T[] => {
    const wrong = (path: PropertyKey[], message: string) => {
      context.addIssue({ code: 'custom', path, message });
      return z.NEVER;
    };
    if (!Array.isArray(value)) return wrong([], 'Invalid input: expected array');
    const schema = member();
    const list: T[] = [];
    for (const [at, one] of value.entries()) {
      const parsed = schema.safeParse(one);
      const [issue] = parsed.error?.issues ?? [];
      if (!parsed.success) return wrong([at, ...(issue?.path ?? [])], issue?.message ?? 'Invalid input');
      list.push(parsed.data);
    }
    return list;
  });
}
