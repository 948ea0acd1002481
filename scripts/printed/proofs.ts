// What is said of each printed command that the story (story.ts) does not run: why not, and where it is proved instead.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refusalOf } from './parse.ts';
import type { Printed } from './read.ts';

/** How a command is proved that is not run as it is printed. */
interface Elsewhere {
  command: RegExp;
  why: string;
  /** Files in which it is run, each with words that must stand in it. */
  run?: { file: string; has: RegExp }[];
  /** It can't be run anywhere yet, and the page must say so. */
  published?: false;
}

const VERIFY = 'it needs a release of somebody, with his signature';
const inCi = (has: RegExp) => ({ file: '.ci/run', has });
const inClone = (has: RegExp) => ({ file: 'scripts/printed/clone.system.test.ts', has });

const ELSEWHERE: readonly Elsewhere[] = [
  { command: /^brew install toolcrib\/tap\/toolcrib$/, why: 'there is no tap yet', published: false },
  { command: /^kubectl krew install toolcrib$/, why: 'krew’s index does not have it yet', published: false },
  {
    command: /^npm install -g toolcrib$/,
    why: 'the registry does not have it yet; its packs are installed so from a registry on loopback',
    published: false,
    run: [{ file: 'scripts/pack-try.ts', has: /'--global',[\s\S]*'toolcrib'\]/ }],
  },
  { command: /^sudo apt install \.\/toolcrib_\S+\.deb$/, why: 'there is no release yet', published: false },
  {
    command: /^npx toolcrib demo$/,
    why: 'it stands where the registry shows the package; what is packed is run so',
    run: [{ file: 'scripts/pack-try.ts', has: /\[bin, 'demo'\]/ }],
  },
  {
    command: /^toolcrib setup$/,
    why: 'it asks, on a terminal of its own',
    run: [
      { file: 'packages/toolcrib/src/faces/cli/first-use.system.test.ts', has: /toolcrib setup; echo ended/ },
    ],
  },
  {
    command: /^npm ci && npm start$/,
    why: 'it would install over the tree in which the tests run',
    run: [inCi(/^npm ci && npm test$/m), inCi(/^npm start$/m)],
  },
  {
    command: /^npm ci && npm run binary$/,
    why: 'it would install over the tree in which the tests run',
    run: [inCi(/^npm ci && npm test$/m), inClone(/'npm run --silent binary'/)],
  },
  {
    command: /^install -D release\/toolcrib-linux-x64 ~\/\.local\/bin\/toolcrib$/,
    why: 'it needs what the line before it has made',
    run: [inClone(/'install -D release\/toolcrib-linux-x64 ~\/\.local\/bin\/toolcrib'/)],
  },
  {
    command: /^eval "\$\(npm run --silent toolcrib -- on\)"$/,
    why: 'it is typed in a clone, and the story is also that of what is installed',
    run: [inClone(/'eval "\$\(npm run --silent toolcrib -- on\)"'/)],
  },
  {
    command: /^npm ci && npm test$/,
    why: 'it is what runs the tests',
    run: [inCi(/^npm ci && npm test$/m)],
  },
  {
    command: /^toolcrib vet npm:@bufbuild\/buf@1\.50$/,
    why: 'it needs the npm registry',
    run: [{ file: 'packages/vet/src/npm.network.test.ts', has: /'npm:@bufbuild\/buf@1\.50'/ }],
  },
  {
    command: /^toolcrib approve CODE --as-sent --without-net kafka$/,
    why: 'it needs a journal that can’t be written',
    run: [
      {
        file: 'packages/toolcrib/src/end-to-end/journal-down.test.ts',
        has: /'approve', code, '--as-sent', '--without-net', 'a'/,
      },
    ],
  },
  {
    command: /^toolcrib vet --verify PACK --file osv\/all\.zip --max-age 30$/,
    why: 'it needs a whole export of an ecosystem’s known vulnerabilities',
    run: [{ file: 'packages/toolcrib/src/faces/cli/vet.test.ts', has: /--max-age/ }],
  },
  {
    command: /^toolcrib vet verify k9s_Linux_amd64\.tar\.gz --bundle /,
    why: VERIFY,
    run: [{ file: 'packages/vet/src/verify/real-bundles.network.test.ts', has: /issuer/ }],
  },
  {
    command:
      /^toolcrib vet verify tool\.tar\.gz (?:--checksums SHA256SUMS )?--signature \S+\.asc --keyring acme\.gpg$/,
    why: VERIFY,
    run: [{ file: 'packages/vet/src/verify/real-programs.system.test.ts', has: /keyring/ }],
  },
  {
    command: /^toolcrib vet verify toolcrib-\S+\.tar\.gz --checksums SHA256SUMS --signature SHA256SUMS\.sig /,
    why: 'there is no release yet',
    run: [{ file: 'scripts/release/tried.system.test.ts', has: /'SHA256SUMS\.sig',\s*'--key'/ }],
  },
  {
    command: /^toolcrib vet verify --git \.\/tool --tag v1\.2\.3 --allowed-signers /,
    why: 'it needs a repository with a tag that ssh has signed',
    run: [{ file: 'packages/vet/src/verify/real-programs.system.test.ts', has: /allowedSigners/ }],
  },
  {
    command: /^npm run testbed(?: |$)/,
    why: 'it builds a real control plane',
    run: [
      { file: 'testbed/testbed.cluster.test.ts', has: /await startHarness\(\)/ },
      { file: 'package.json', has: /"testbed":/ },
    ],
  },
  {
    command: /^npm run node -- packages\/vet\/src\/verify\/testing\/conformance\.ts PATH-TO-CLONE$/,
    why: 'it needs a clone of Sigstore’s own suite',
    run: [{ file: 'packages/vet/src/verify/testing/conformance-report.test.ts', has: /surprises\(/ }],
  },
];

/** @returns what is said of commands that no page prints any more */
export function leftOver(printed: readonly Printed[]): string[] {
  return ELSEWHERE.filter((one) => !printed.some(({ command }) => one.command.test(command))).map(
    ({ command }) => `no page prints ${command} any more: take it from scripts/printed/proofs.ts`,
  );
}

const PAGES_OF_OURS = ['CONTRIBUTING.md', 'docs/releasing.md'];
/** Of those who work on toolcrib: a script of package.json, or CI itself. */
const OURS = /^(?:npm (?:ci|start|test)|npm run ([a-z:]+)|bash \.ci\/run)(?: |$)/;

/**
 * @param run whether the story runs a command as it is printed
 * @returns what is wrong with how a printed command is proved; undefined where it is proved
 */
export async function faultOf(
  { page, line, command, comment }: Printed,
  run: (command: string) => boolean,
  root: string,
): Promise<string | undefined> {
  const where = `${page}:${line}: ${command}`;
  if (/^(?:eval "\$\()?toolcrib /.test(command)) {
    const refusal = await refusalOf(command);
    if (refusal !== undefined) return `${where}: the program does not take it: ${refusal}`;
  }
  if (run(command)) return undefined;
  const ours = PAGES_OF_OURS.includes(page) && OURS.exec(command);
  if (ours) {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      scripts: Record<string, string>;
    };
    return ours[1] === undefined || ours[1] in scripts
      ? undefined
      : `${where}: package.json has no such script`;
  }
  const proofs = ELSEWHERE.filter((one) => one.command.test(command));
  if (proofs.length !== 1) return `${where}: ${proofs.length === 0 ? 'nobody proves it' : 'proved twice'}`;
  const [proof] = proofs;
  if (proof?.published === false && !/not published yet|まだ公開していません/.test(comment))
    return `${where}: it does not say that it is not published yet`;
  const missing = proof?.run?.find(({ file, has }) => !has.test(readFileSync(join(root, file), 'utf8')));
  return missing === undefined ? undefined : `${where}: ${missing.file} does not run it`;
}
