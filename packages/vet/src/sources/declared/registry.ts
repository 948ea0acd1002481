import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ToolcribError } from '@toolcrib/model';
import { parseDocument } from 'yaml';
import * as z from 'zod';

/**
 * The parts of aqua's registry that say how releases are signed
 * (https://aquaproj.github.io/docs/reference/registry-config/). What stands there is *declared* by whoever wrote the
 * entry: it tells what to look for and is never taken for a verification.
 */
const Asset = { type: z.string().optional(), asset: z.string().optional(), url: z.string().optional() };
const Cosign = z.looseObject({
  opts: z.array(z.string()).optional(),
  bundle: z.looseObject(Asset).optional(),
  signature: z.looseObject(Asset).optional(),
  certificate: z.looseObject(Asset).optional(),
  key: z.looseObject(Asset).optional(),
  enabled: z.boolean().optional(),
});
const Minisign = z.looseObject({
  ...Asset,
  public_key: z.string().optional(),
  enabled: z.boolean().optional(),
});
const Attestations = z.looseObject({
  signer_workflow: z.string().optional(),
  'signer-workflow': z.string().optional(),
  enabled: z.boolean().optional(),
});
const Slsa = z.looseObject({
  ...Asset,
  source_uri: z.string().optional(),
  source_tag: z.string().optional(),
  enabled: z.boolean().optional(),
});
const Checksum = z.looseObject({
  ...Asset,
  algorithm: z.string().optional(),
  enabled: z.boolean().optional(),
  cosign: Cosign.optional(),
  minisign: Minisign.optional(),
  github_artifact_attestations: Attestations.optional(),
});

const signing = {
  asset: z.string().optional(),
  checksum: Checksum.optional(),
  cosign: Cosign.optional(),
  slsa_provenance: Slsa.optional(),
  minisign: Minisign.optional(),
  github_artifact_attestations: Attestations.optional(),
};

const PackageSchema = z.looseObject({
  ...signing,
  type: z.string().optional(),
  name: z.string().optional(),
  repo_owner: z.string().optional(),
  repo_name: z.string().optional(),
  version_constraint: z.string().optional(),
  version_prefix: z.string().optional(),
  version_overrides: z.array(z.looseObject({ ...signing, version_constraint: z.string() })).optional(),
});
export type AquaPackage = z.infer<typeof PackageSchema>;
export type AquaSigning = Pick<AquaPackage, keyof typeof signing>;

const MOST_BYTES = 32 * 1024 * 1024;
const MOST_FILES = 10_000;

/**
 * Reads a registry: one YAML file (a package's, or the whole registry in one), or a folder laid out as the registry's
 * `pkgs/`.
 * @throws {ToolcribError} `not-found`, `bad-file` with file, line and column, `limit`
 */
export async function readRegistry(path: string): Promise<AquaPackage[]> {
  const info = await stat(path).catch((cause: unknown) => {
    throw new ToolcribError('not-found', `there is no registry at ${path}`, { cause });
  });
  if (!info.isDirectory()) return readRegistryFile(path);
  const entries = await readdir(path, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile() && entry.name === 'registry.yaml');
  if (files.length > MOST_FILES)
    throw new ToolcribError('limit', `${path} holds more than ${MOST_FILES} registry files`);
  const packages: AquaPackage[] = [];
  for (const { parentPath, name } of files)
    packages.push(...(await readRegistryFile(join(parentPath, name))));
  return packages;
}

async function readRegistryFile(path: string): Promise<AquaPackage[]> {
  const { size } = await stat(path);
  if (size > MOST_BYTES) throw new ToolcribError('limit', `${path} is over ${MOST_BYTES / 1024 / 1024} MiB`);
  return parseRegistry(await readFile(path, 'utf8'), path);
}

/** @param name for messages @throws {ToolcribError} `bad-file` with line and column, `limit` */
export function parseRegistry(text: string, name: string): AquaPackage[] {
  const document = parseDocument(text, { prettyErrors: true });
  const [error] = document.errors;
  if (error)
    throw new ToolcribError('bad-file', `${name}: ${error.message.split('\n')[0]}`, { cause: error });
  let content: unknown;
  try {
    // Aliases are the one way in which a small YAML file becomes a large value.
    content = document.toJS({ maxAliasCount: 1000 });
  } catch (cause) {
    throw new ToolcribError('limit', `${name} cannot be expanded`, { cause });
  }
  const parsed = z.looseObject({ packages: z.array(PackageSchema) }).safeParse(content);
  if (parsed.success) return parsed.data.packages;
  const [issue] = parsed.error.issues;
  throw new ToolcribError(
    'bad-file',
    `${name}: ${issue?.path.join('.') || 'the document'}: ${issue?.message}`,
  );
}
