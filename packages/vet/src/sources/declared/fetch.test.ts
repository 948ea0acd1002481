import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ToolcribError } from '@toolcrib/model';
import type { Fact } from '../../facts/fact.ts';
import { hasMovedOn } from '../../pack/moved-on.ts';
import { releaseSource } from '../release/source.ts';
import type { SourceContext } from '../source.ts';
import { registryPlace } from './address.ts';
import { declaredFor } from './declared.ts';
import { fetchRegistry } from './fetch.ts';

/** As aqua's registry.yaml has it: the two ways of cosign, a package by name, one without any signature. */
const REGISTRY = `packages:
  - type: github_release
    repo_owner: acme
    repo_name: tool
    description: A tool
    asset: tool_{{trimV .Version}}_{{.OS}}_{{.Arch}}.{{.Format}}
    format: tar.gz
    version_constraint: "false"
    version_overrides:
      - version_constraint: semver("<= 1.0.0")
        checksum: {type: github_release, asset: checksums.txt, algorithm: sha256}
      - version_constraint: "true"
        checksum:
          type: github_release
          asset: checksums.txt
          algorithm: sha256
          cosign:
            opts:
              - --certificate
              - https://github.com/acme/tool/releases/download/{{.Version}}/checksums.txt.pem
              - --certificate-identity
              - https://github.com/acme/tool/.github/workflows/release.yml@refs/tags/{{.Version}}
              - --certificate-oidc-issuer
              - https://token.actions.githubusercontent.com
              - --signature
              - https://github.com/acme/tool/releases/download/{{.Version}}/checksums.txt.sig
        slsa_provenance: {type: github_release, asset: "{{.Asset}}.intoto.jsonl"}
  - type: github_release
    repo_owner: acme
    repo_name: bundled
    cosign: {bundle: {type: github_release, asset: "{{.Asset}}.sigstore.json"}}
    minisign: {type: github_release, asset: "{{.Asset}}.minisig", public_key: RWQ}
    github_artifact_attestations: {signer_workflow: acme/bundled/.github/workflows/release.yml}
  - name: acme/plain/cli
    type: http
    url: https://acme.example/{{.Version}}/cli
`;

let server: Server;
let base: string;
let folder: string;
const asked: IncomingMessage[] = [];
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'declared-'));
  server = createServer((request, response) => {
    asked.push(request);
    const path = request.url?.split('?')[0];
    if (path === '/registry.yaml') return response.end(REGISTRY);
    if (path === '/moved') return response.writeHead(302, { location: '/registry.yaml' }).end();
    if (path === '/round') return response.writeHead(302, { location: '/round' }).end();
    if (path === '/no-yaml') return response.end('packages: [\n');
    if (path === '/slow') return response.write('packages:\n');
    if (path === '/large') {
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(65_536, '#')));
      };
      response.on('drain', more);
      return more();
    }
    return response.writeHead(404).end('not here');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

describe('a registry that is fetched', () => {
  it('says what to fetch, and by which option it is given', async () => {
    const packages = await fetchRegistry(`${base}/registry.yaml`);
    const at = 'https://github.com/acme/tool/releases/download/{{.Version}}';
    const methods = declaredFor(packages, 'pkg:github/acme/tool', '1.2.3')?.methods;
    assert.deepEqual(
      methods?.map(({ scheme, over, files }) => [scheme, over, files]),
      [
        ['checksums', 'artefact', { checksums: 'checksums.txt' }],
        [
          'cosign',
          'checksum file',
          {
            checksums: 'checksums.txt',
            signature: `${at}/checksums.txt.sig`,
            certificate: `${at}/checksums.txt.pem`,
          },
        ],
        ['slsa-provenance', 'artefact', { bundle: '{{.Asset}}.intoto.jsonl' }],
      ],
    );
    assert.deepEqual(
      declaredFor(packages, 'pkg:github/acme/bundled', '1.2.3')?.methods.map(({ files }) => files),
      [{ bundle: '{{.Asset}}.sigstore.json' }, { signature: '{{.Asset}}.minisig' }, {}],
    );
    assert.deepEqual((await fetchRegistry(`${base}/moved`)).length, 3);
  });

  it('ends in bounded time and size, with a clear error', async () => {
    const limits = { bytes: 1_000_000, time: 2000 };
    const table: [string, string][] = [
      ['/absent', 'unreachable'],
      ['/round', 'unreachable'],
      ['/slow', 'unreachable'],
      ['/large', 'limit'],
      ['/no-yaml', 'bad-file'],
    ];
    for (const [path, code] of table)
      await assert.rejects(
        fetchRegistry(`${base}${path}`, {}, limits),
        (error) => error instanceof ToolcribError && error.code === code,
        path,
      );
    await assert.rejects(
      fetchRegistry('http://', {}, limits),
      (error) => error instanceof ToolcribError && error.code === 'usage',
    );
    const gone = AbortSignal.abort();
    await assert.rejects(fetchRegistry(`${base}/registry.yaml`, { signal: gone }), ToolcribError);
  });

  it('is not told who asks, nor do others hear its password', async () => {
    const secret = base.replace('http://', 'http://me:hunter2@');
    asked.length = 0;
    await fetchRegistry(`${secret}/registry.yaml`);
    assert.equal(asked[0]?.headers.authorization, undefined);
    await assert.rejects(
      fetchRegistry(`${secret}/absent?token=t0p`),
      (error) => error instanceof ToolcribError && !/hunter2|t0p/.test(error.message),
    );
  });

  it('is named by a word, an address or a path', () => {
    const path = (name: string) => `/here/${name}`;
    assert.match(registryPlace('public', path), /^https:.*\/registry\.yaml$/);
    assert.equal(registryPlace(`${base}/registry.yaml`, path), `${base}/registry.yaml`);
    assert.equal(registryPlace('aqua/pkgs', path), '/here/aqua/pkgs');
    assert.equal(registryPlace('./public', path), '/here/./public');
  });
});

describe('what is declared of a release', () => {
  const collect = async (aqua: string, context: Partial<SourceContext> = {}) => {
    await writeFile(join(folder, 'tool'), 'the tool');
    const text = `apiVersion: toolcrib.dev/v1alpha1\nkind: Release\nspec: {artefact: tool, aqua: "${aqua}"}\n`;
    await writeFile(join(folder, 'release.yaml'), text);
    const subject = { purl: 'pkg:github/acme/tool', name: 'tool', version: '1.2.3' };
    const target = { spec: 'x', subject, files: [join(folder, 'release.yaml')] };
    return releaseSource.collect(target, { now: () => 0, ...context });
  };
  const declared = (facts: Fact[]) => facts.find(({ type }) => type === 'release.declared');

  it('is a fact of where it was fetched', async () => {
    const { facts, gaps } = await collect(`${base}/registry.yaml?token=t0p`);
    const fact = declared(facts);
    assert.equal(fact?.source.location, `${base}/registry.yaml`);
    assert.equal(fact?.type === 'release.declared' && fact.value.methods.length, 3);
    assert.deepEqual(gaps, []);
  });

  it('is a gap where it cannot be fetched, and never an error: no verdict needs it', async () => {
    for (const [context, why] of [
      [{}, /answered 404/],
      [{ offline: true }, /--offline/],
    ] as const) {
      asked.length = 0;
      const { facts, gaps } = await collect(`${base}/absent`, context);
      assert.equal(declared(facts), undefined);
      assert.ok(facts.some(({ type }) => type === 'release.artefact'));
      assert.match(gaps.map(({ types, reason }) => `${types}: ${reason}`).join(), why);
      assert.equal(asked.length, 'offline' in context ? 0 : 1);
    }
    await assert.rejects(collect('not/here'), ToolcribError);
  });

  it('has only moved on when the registry says something else later', async () => {
    const old = declared((await collect(`${base}/registry.yaml`)).facts);
    assert.ok(old?.type === 'release.declared');
    const now: Fact = { ...old, value: { methods: [], undecided: 'the registry does not know this tool' } };
    assert.equal(hasMovedOn(old, now, 0), true);
    const file = { ...old.source, location: '/a/file.yaml' };
    assert.equal(hasMovedOn({ ...old, source: file }, { ...now, source: file }, 0), false);
  });
});
