import parse from 'spdx-expression-parse';
import { z } from 'zod';
import type { FactValue } from '../facts/index.ts';
import { isOsiApproved, isSpdxId } from '../sources/licence.ts';
import { CITED } from './cited.ts';
import type { Criterion, EvidenceView } from './criterion.ts';
import { decided, quote, unknown } from './figures.ts';

/** An id with a slip in it would allow or deny nothing, and nobody would notice. */
const spdxId = z
  .string()
  .refine((id) => isSpdxId(id) || /^LicenseRef-[\w.-]+$/.test(id), 'is no id of the SPDX licence list');
const threshold = z.strictObject({
  /** Licences taken although the OSI has not approved them, as SPDX ids. */
  allow: z.array(spdxId).default([]),
  /** Licences refused although it has; `GPL-3.0`, `-only` and `-or-later` are one here. */
  deny: z.array(spdxId).default([]),
});
type Threshold = z.infer<typeof threshold>;

export const licence: Criterion<Threshold> = {
  id: 'licence',
  title: 'Licence',
  definition:
    'The licence as an SPDX expression, from the text of the licence files (SPDX’s published texts, word by word but for names, titles and numbering) and from what manifests and the registry declare; approved by the Open Source Initiative. Where text and declaration speak of different licences, or a licence file is none of those, it is unknown.',
  source: CITED.licence,
  passes:
    'an SPDX expression the OSI approves; text and declaration agree, and no licence file is something else',
  from: 'files, registry',
  threshold,
  mend: 'add the licence’s full text as LICENSE (https://choosealicense.com helps to choose) and its SPDX id to the manifest',
  judge(evidence, threshold) {
    const found = gather(evidence);
    if ('doubt' in found) return unknown(found.doubt, found.evidence);
    const { texts, declared, unrecognised, ids } = found;
    const conflict = contradiction(texts, declared);
    const expression = declared[0] ?? texts.join(' AND ');
    const numbers = { expression: expression || null, textSha256: found.sha256 };
    if (conflict !== undefined) return unknown(conflict, ids, numbers);
    if (unrecognised !== null) return unknown(unrecognised, ids, numbers);
    if (expression === '')
      return decided(false, 'there is no licence file: nobody is allowed to use it', ids, numbers);
    const answer = approved(expression, threshold);
    if (answer === undefined)
      return unknown(
        `"${expression.slice(0, 200)}" is no SPDX expression, or too long for one`,
        ids,
        numbers,
      );
    const read = texts.length > 0 ? 'by its text' : 'declared, no text seen';
    return decided(
      answer,
      `${expression} (${read}) ${answer ? 'is approved by the OSI or allowed here' : 'is not approved by the OSI, or denied here'}`,
      ids,
      numbers,
    );
  },
  byHand(evidence) {
    const files = evidence.first('git.files')?.value;
    const first = files?.licences.find(({ spdx }) => spdx !== null);
    if (files === undefined || first === undefined) return [];
    return [
      {
        figure: 'textSha256',
        command: `$GIT cat-file blob ${quote(`${files.commit}:${first.path}`)} | sha256sum | cut -c1-64`,
      },
    ];
  },
};

type Gathered = {
  texts: string[];
  declared: string[];
  /** Why a licence file is none that is known. */
  unrecognised: string | null;
  sha256: string | null;
  ids: string[];
};

function gather(evidence: EvidenceView): Gathered | { doubt: string; evidence: string[] } {
  const files = evidence.first('git.files');
  const npm = evidence.first('npm.version');
  const other = evidence.first('depsdev.version');
  const ids = [files, npm, other].flatMap((fact) => (fact === undefined ? [] : [fact.id]));
  if (ids.length === 0) {
    const gaps = [...evidence.gaps('git.files'), ...evidence.gaps('npm.version')];
    return { doubt: gaps.join('; ') || 'no source gave a licence', evidence: [] };
  }
  const known = files?.value.licences.filter(({ spdx }) => spdx !== null) ?? [];
  const declared = files?.value.declaredLicences.map(({ expression }) => expression) ?? [];
  if (npm?.value.licence != null) declared.push(npm.value.licence);
  declared.push(...(other?.value.licences ?? []));
  // Only registries were asked, and they name none: that is no proof that there is none.
  if (files === undefined && declared.length === 0)
    return { doubt: 'the registry names no licence', evidence: ids };
  return {
    texts: [...new Set(known.map(({ spdx }) => spdx ?? ''))],
    declared: [...new Set(declared)],
    unrecognised: strangeText(
      files?.value.licences.find(({ spdx, path }) => spdx === null && !isOfParts(path, known.length > 0)),
    ),
    sha256: known[0]?.sha256 ?? null,
    ids,
  };
}

function strangeText(text: FactValue<'git.files'>['licences'][number] | undefined): string | null {
  if (text === undefined) return null;
  return text.differs === undefined
    ? `${text.path} is like none of SPDX’s licence texts, or too large to be read`
    : `${text.path} reads as ${text.differs}`;
}

/** Licences of what is bundled, or (REUSE's folder) of single files, beside the project's own. */
const isOfParts = (path: string, hasOwn: boolean): boolean =>
  hasOwn && /^licenses\/|third|3rd|notice|dependenc|binary|bundled|vendor|attribution/i.test(path);

/** GPL's text is the same for `-only` and `-or-later`; only the declaration tells them apart. */
const family = (id: string) => id.replace(/-(only|or-later)$|\+$/, '');

function contradiction(texts: readonly string[], declared: readonly string[]): string | undefined {
  const says = declared.map((expression) => new Set(idsOf(expression)?.map(family) ?? [expression]));
  for (const [index, ids] of says.entries()) {
    const strange = texts.find((text) => !ids.has(family(text)));
    if (strange !== undefined) return `the licence text reads ${strange}, but ${declared[index]} is declared`;
  }
  const first = says[0];
  const other = says.findIndex((ids) => first !== undefined && [...ids].every((id) => !first.has(id)));
  return other === -1 ? undefined : `${declared[0]} and ${declared[other]} are both declared`;
}

type Expression = ReturnType<typeof parse>;

/** The parser takes seconds over what nobody writes: the longest that are in use have some dozens of ids. */
const EXPRESSION_LIMIT = 2000;

function tree(expression: string): Expression | undefined {
  if (expression.length > EXPRESSION_LIMIT) return undefined;
  try {
    return parse(expression);
  } catch {
    return undefined;
  }
}

function idsOf(expression: string): string[] | undefined {
  const ids = (node: Expression): string[] =>
    'license' in node ? [node.license] : [...ids(node.left), ...ids(node.right)];
  const parsed = tree(expression);
  return parsed === undefined ? undefined : ids(parsed);
}

/** All of an AND, one of an OR. undefined: no SPDX expression. */
function approved(expression: string, { allow, deny }: Threshold): boolean | undefined {
  const holds = (node: Expression): boolean => {
    if ('license' in node)
      return (
        !deny.some((id) => family(id) === family(node.license)) &&
        (isOsiApproved(node.license) || allow.includes(node.license))
      );
    return node.conjunction === 'and'
      ? holds(node.left) && holds(node.right)
      : holds(node.left) || holds(node.right);
  };
  const parsed = tree(expression);
  return parsed === undefined ? undefined : holds(parsed);
}
