import { extname } from 'node:path';
import type { Text } from './blobs.ts';

export interface Secret {
  path: string;
  id: string;
  line: number;
  rule: string;
  /** With the secret itself masked. */
  message: string;
}

/** secretlint's recommended rules over one text. Loaded when needed: only publishing looks for secrets. */
export async function secretScanner(): Promise<(text: Text) => Promise<Secret[]>> {
  const { lintSource } = await import('@secretlint/core');
  const { creator } = await import('@secretlint/secretlint-rule-preset-recommend');
  const rules = [{ id: '@secretlint/secretlint-rule-preset-recommend', rule: creator, options: {} }];
  return async ({ path, id, text }) => {
    const { messages } = await lintSource({
      source: { content: text, filePath: path, ext: extname(path), contentType: 'text' },
      options: { config: { rules }, maskSecrets: true },
    });
    return messages.map(({ ruleId, message, loc }) => ({
      path,
      id,
      line: loc.start.line,
      rule: ruleId.replace('@secretlint/secretlint-rule-', ''),
      message,
    }));
  };
}
