import { z } from 'zod';

/**
 * A text that has to say something where it is given. An empty one is most often a variable that was not set: taken for none, it
 * would come to less than was asked.
 * @param what is wanted: "a file"
 */
export const wanted = (what: string) => z.string().min(1, `is empty: ${what} is wanted`);
