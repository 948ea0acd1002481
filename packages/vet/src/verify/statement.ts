import * as z from 'zod';
import type { Artefact, DigestAlgorithm } from './artefact.ts';
import { parseJson } from './json.ts';
import { printable, Stop } from './stop.ts';

export const IN_TOTO = 'application/vnd.in-toto+json';

/** https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md, and v0.1, which differs in `_type` only. */
const StatementSchema = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v0.1', 'https://in-toto.io/Statement/v1']),
  subject: z
    .array(z.object({ name: z.string().optional(), digest: z.record(z.string(), z.string()) }))
    .min(1)
    .max(10_000),
  predicateType: z.string(),
  predicate: z.unknown(),
});
export type Statement = z.infer<typeof StatementSchema>;
export type Subject = Statement['subject'][number];

/**
 * @param payloadType of the DSSE envelope: it is signed too, and says that the payload is a statement at all
 * @throws {Stop} `not-understood`
 */
export function readStatement(payloadType: string, payload: Uint8Array): Statement {
  if (payloadType !== IN_TOTO) {
    throw new Stop(
      'not-understood',
      `the envelope holds "${printable(payloadType).slice(0, 100)}", not an in-toto statement`,
    );
  }
  const parsed = StatementSchema.safeParse(parseJson(payload, 'the statement'));
  if (!parsed.success) throw new Stop('not-understood', 'the signed payload is no in-toto statement');
  return parsed.data;
}

/** Digests a subject may be named by; weaker ones (sha1, gitCommit …) do not identify an artefact. */
const STRONG = ['sha256', 'sha384', 'sha512'] as const satisfies readonly DigestAlgorithm[];

/**
 * Finds the subject that is this artefact: every strong digest that it names must be the artefact's own.
 * @throws {Stop} `other-subject`
 */
export async function subjectFor(statement: Statement, artefact: Artefact): Promise<Subject> {
  const named = STRONG.filter((algorithm) => statement.subject.some(({ digest }) => algorithm in digest));
  const own: Record<string, string> = await artefact.digests(named);
  for (const subject of statement.subject) {
    const strong = named.filter((algorithm) => subject.digest[algorithm] !== undefined);
    if (
      strong.length > 0 &&
      strong.every((algorithm) => subject.digest[algorithm]?.toLowerCase() === own[algorithm])
    ) {
      return subject;
    }
  }
  const first = statement.subject[0];
  const other = printable(first?.name ?? Object.values(first?.digest ?? {})[0] ?? 'nothing').slice(0, 200);
  throw new Stop(
    'other-subject',
    `the attestation speaks of other bytes (${other}), not of ${artefact.name}`,
  );
}
