import { homedir } from 'node:os';
import { Argument, type Command } from 'commander';
import { explained } from './help.ts';
import { call, paths } from './setup.ts';

/** A word for a shell to offer, and what it is; the latter where shells show it. */
type Offer = readonly [word: string, about?: string];

/** What of a line may be asked for at TAB. */
export type Asked = keyof typeof SOURCES;

const SOURCES = { acts, codes, contexts, kinds, namespaces };

/** Nobody waits longer at a TAB. Milliseconds. */
const LIMIT = 2_000;

/** So many acts are offered: older ones are looked for in the log. */
const ACTS = 30;

/** `toolcrib complete acts`: what the script of `toolcrib completion` asks. No help shows it. */
export function registerComplete(program: Command): void {
  explained(program.command('complete', { hidden: true }), {
    notes: [
      'A word a line, and what it is behind a tab. It starts no guard and asks no cluster; where it can’t tell, it says nothing.',
    ],
    examples: [['toolcrib complete acts', 'as the script asks it at TAB']],
  })
    .addArgument(new Argument('<what>').choices(Object.keys(SOURCES)))
    .description('What may stand at a place of the command line, for a shell.')
    .action(async (what: Asked) => {
      const over = setTimeout(() => process.exit(0), LIMIT);
      try {
        process.stdout.write(linesOf(await SOURCES[what]()));
      } catch {
        // A TAB is no question to which an error would be the answer.
      }
      clearTimeout(over);
    });
}

/** One that a shell could take for two, or a terminal obey, is not offered. */
export function linesOf(offers: readonly Offer[]): string {
  const plain = (text: string) => text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, ' ').trim();
  return offers
    .filter(([word]) => word !== '' && plain(word) === word)
    .map(([word, about = '']) => (about === '' ? `${word}\n` : `${word}\t${plain(about).slice(0, 60)}\n`))
    .join('');
}

async function acts(): Promise<Offer[]> {
  const { log } = await import('../../operations/log.ts');
  const { stories } = await call(log, { limit: ACTS });
  return stories.map(({ act, title, became }) => [act.id, `${title}: ${became.word}`]);
}

async function codes(): Promise<Offer[]> {
  const [{ held }, { kindOf }] = await Promise.all([
    import('../../operations/held.ts'),
    import('@toolcrib/guard/effects'),
  ]);
  const holds = await call(held, {});
  return holds.map(({ code, effect, context }) => [
    code,
    `${kindOf(effect).typed(effect, '')} in ${context}`,
  ]);
}

async function terminal() {
  const { terminalOf } = await import('../../laptop/shown-terminal.ts');
  return terminalOf(paths(), process.env, homedir());
}

async function contexts(): Promise<Offer[]> {
  const { names, current } = await terminal();
  return names.map((name) => [name, name === current ? 'current' : '']);
}

/** Those that contexts name: any other only the cluster knows. */
async function namespaces(): Promise<Offer[]> {
  const { names, namespaceOf } = await terminal();
  const named = names.flatMap((name) => namespaceOf(name) ?? []);
  return [...new Set([...named, 'default'])].map((name) => [name]);
}

/** What clusters have that people delete and scale; of its own kinds only a cluster knows. */
const KINDS: readonly Offer[] = [
  ['deployment', 'deploy'],
  ['statefulset', 'sts'],
  ['daemonset', 'ds'],
  ['replicaset', 'rs'],
  ['pod', 'po'],
  ['job'],
  ['cronjob', 'cj'],
  ['service', 'svc'],
  ['ingress', 'ing'],
  ['configmap', 'cm'],
  ['secret'],
  ['persistentvolumeclaim', 'pvc'],
  ['persistentvolume', 'pv'],
  ['namespace', 'ns'],
  ['node', 'no'],
  ['serviceaccount', 'sa'],
  ['role'],
  ['rolebinding'],
  ['clusterrole'],
  ['clusterrolebinding'],
  ['networkpolicy', 'netpol'],
  ['poddisruptionbudget', 'pdb'],
  ['horizontalpodautoscaler', 'hpa'],
  ['storageclass', 'sc'],
  ['customresourcedefinition', 'crd'],
];

/** Each whole and short, with the slash that goes before the name. */
export async function kinds(): Promise<Offer[]> {
  return KINDS.flatMap(([kind, short]) =>
    short === undefined ? [[`${kind}/`]] : [[`${kind}/`], [`${short}/`, kind]],
  );
}
