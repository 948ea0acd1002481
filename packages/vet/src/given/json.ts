import { messageOf, ToolcribError } from '@toolcrib/model';
import { openRegular } from '../regular-file.ts';

const JSON_LIMITS: { bytes: number; depth: number } = { bytes: 64 * 1024 * 1024, depth: 200 };

/**
 * Parses JSON of strangers. What is nested deeper than any format of the field is refused before it is built, as every
 * walker after it (schemas, canonical form) is recursive.
 *
 * @throws ToolcribError `limit` or `bad-file`
 */
export function parseJson(text: string, name: string, limits = JSON_LIMITS): unknown {
  if (text.length > limits.bytes) throw tooLarge(name, limits.bytes);
  if (deeperThan(text, limits.depth))
    throw new ToolcribError(
      'limit',
      `${name} is nested more than ${limits.depth} deep, as no format of the field is`,
      {
        next: 'check where the file comes from',
      },
    );
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ToolcribError('bad-file', `${name} is not JSON: ${messageOf(cause).slice(0, 200)}`, {
      next: 'it may have been cut off while it was copied; get it again',
      cause,
    });
  }
}

/**
 * Reads a regular file up to a limit, which holds while it grows, too.
 * @throws ToolcribError `not-found`, `bad-file`, `limit`
 */
export async function readLimited(path: string, limit: number = JSON_LIMITS.bytes): Promise<Buffer> {
  const file = await openRegular(path);
  try {
    if ((await file.stat()).size > limit) throw tooLarge(path, limit);
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of file.createReadStream()) {
      size += (part as Buffer).length;
      if (size > limit) throw tooLarge(path, limit);
      parts.push(part as Buffer);
    }
    return Buffer.concat(parts);
  } finally {
    await file.close();
  }
}

function tooLarge(name: string, limit: number): ToolcribError {
  return new ToolcribError('limit', `${name} has more than ${Math.round(limit / 1024 / 1024)} MiB`, {
    next: 'give only the part that speaks of this tool',
  });
}

function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === 92) index++;
      else if (code === 34) inString = false;
    } else if (code === 34) inString = true;
    else if (code === 123 || code === 91) {
      if (++depth > limit) return true;
    } else if (code === 125 || code === 93) depth--;
  }
  return false;
}
