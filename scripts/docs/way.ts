import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { table } from './regions.ts';

const GUARD = 'packages/guard/src';

/** One step of the way of a request. */
interface Step {
  step: string;
  does: string;
  /** Folders and files beside `way/`. */
  folders: string[];
  /** Files of `way/`, without their ending. */
  way: string[];
}

/** In the order in which a request goes through them. Each file of `way/` stands at one of them: the check looks. */
const STEPS: Step[] = [
  {
    step: 'door',
    does: 'lets in (Host, Origin, path, token), streams, tunnels; hands over what may destroy',
    folders: ['door/', 'port/'],
    way: ['brain', 'deps', 'step'],
  },
  {
    step: 'read',
    does: 'the one form that is judged and sent; whether it needs a judgement at all',
    folders: ['request.ts', 'status.ts', 'read/', 'effects/needs-judgement.ts'],
    way: ['judge', 'asking', 'harmless-writes', 'request-key'],
  },
  {
    step: 'effect',
    does: 'what it would do, a file a kind',
    folders: ['effects/'],
    way: ['disowned', 'standing'],
  },
  {
    step: 'act',
    does: 'which requests are one command, and what it will go through',
    folders: ['act/'],
    way: [
      'acts',
      'live-act',
      'before',
      'foretold',
      'rest-of-act',
      'begun-uninstalls',
      'stopped-uninstalls',
      'hook-of-stopped',
      'hook-watches',
      'goes-already',
    ],
  },
  {
    step: 'look',
    does: 'GETs, LISTs and dry runs of what it names',
    folders: ['look/'],
    way: ['subject', 'look-at', 'same-cluster'],
  },
  {
    step: 'radius',
    does: 'whom it would hit; pure, but for its LISTs',
    folders: ['radius/'],
    way: ['see-radius', 'own-radius', 'seen', 'cheap', 'owned', 'risk', 'going', 'let-go'],
  },
  {
    step: 'decide',
    does: 'rules and modes: allow, warn, hold, deny. Pure',
    folders: ['policy/', 'decide/'],
    way: ['decided', 'ended'],
  },
  {
    step: 'hold',
    does: 'a person is asked, for exactly what was seen',
    folders: ['hold/', 'lease/'],
    way: ['holds', 'waiting', 'approved', 'with-the-rest', 'answers'],
  },
  {
    step: 'keep',
    does: 'the snapshot is durable before anything goes out',
    folders: ['journal/'],
    way: ['keep', 'without-net'],
  },
  {
    step: 'forward',
    does: 'pinned to the UIDs that were shown; or softened, with a window in which it is taken back',
    folders: ['effects/outgoing.ts', 'door/forward.ts', 'soften/'],
    way: [
      'release',
      'collection',
      'soften',
      'softenings',
      'retained',
      'window',
      'windows',
      'when-created',
      'resume',
    ],
  },
  {
    step: 'many of one act',
    does: 'begun to be read with kubectl’s own LIST, judged and kept ahead, taken at the door',
    folders: ['port/passes.ts'],
    way: ['early', 'read-ahead', 'ahead', 'offered', 'leaves'],
  },
  {
    step: 'record',
    does: 'what was asked, decided and became of it; after a crash the cluster is asked',
    folders: [],
    way: ['recording', 'recover', 'settling', 'settle-by-looking', 'on-the-way', 'log'],
  },
  { step: 'tell', does: 'desktop and the terminal that waits', folders: ['notify/'], way: [] },
  { step: 'undo', does: 'brings back what went, or finishes what was softened', folders: ['undo/'], way: [] },
];

/**
 * The table of the steps.
 * @throws Error for a file of the way that stands at no step, or at two
 */
export function wayTable(): string {
  const sources = (folder: string) =>
    readdirSync(folder).filter((file) => /\.ts$/.test(file) && !/\.(test|contract)\.ts$/.test(file));
  const files = sources(join(GUARD, 'way')).map((file) => file.replace(/\.ts$/, ''));
  for (const file of files) {
    const at = STEPS.filter(({ way }) => way.includes(file)).length;
    if (at !== 1)
      throw new Error(
        `${GUARD}/way/${file}.ts stands at ${at} steps of the way: name it at one in scripts/docs/way.ts`,
      );
  }
  const folders = STEPS.flatMap((step) => step.folders);
  for (const one of folders)
    if (!existsSync(join(GUARD, one)))
      throw new Error(`there is no ${GUARD}/${one}: scripts/docs/way.ts names it`);
  const unnamed = readdirSync(GUARD, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !['way', 'cluster', 'testing'].includes(entry.name))
    .find(({ name }) => !folders.includes(`${name}/`));
  if (unnamed) throw new Error(`${GUARD}/${unnamed.name} stands at no step of the way: scripts/docs/way.ts`);
  const rows = STEPS.map(({ step, does, folders: others, way }) => {
    const own = way.filter((file) => files.includes(file)).map((file) => `\`${file}\``);
    const where = [
      ...others.map((one) => `\`${one}\``),
      ...(own.length > 0 ? [`in \`way/\`: ${own.join(' ')}`] : []),
    ];
    return [step, does, where.join(', ')];
  });
  return table(['step', 'what', `where (\`${GUARD}/\`)`], rows);
}
