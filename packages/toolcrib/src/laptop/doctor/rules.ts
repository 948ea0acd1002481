import { NEEDED } from '@toolcrib/guard/decide/decide';
import type { Check, Finding } from './check.ts';
import { linesOf } from './clusters.ts';

/** The rules in force, and where each comes from. */
export const rules = {
  name: 'rules',
  aside: true,
  ownWords: true,
  async look({ paths, guard }) {
    const lines = linesOf(paths.policy);
    if ('state' in lines) {
      if (!guard) return [{ state: 'unknown', text: 'No guard runs that could tell the rules in force.' }];
      return listed(
        guard.policy.rules.map(({ name, then, from }) => ({ name, then, built: from !== 'guard.yaml' })),
      );
    }
    const { policy, ruleLine, disableLine } = lines;
    const own = policy.rules.filter(({ origin }) => origin === 'guard.yaml');
    const built = policy.rules.filter(({ origin }) => origin === 'built-in');
    return [
      ...own.map(({ name, verdict }): Finding => {
        const line = ruleLine(name);
        return {
          state: 'note',
          text: `${verdict}: ${name}, by ${paths.policy}${line === undefined ? '' : `:${line}`}.`,
        };
      }),
      ...listed([
        { name: NEEDED, then: 'hold', built: true },
        ...built.map(({ name, verdict }) => ({ name, then: verdict, built: true })),
      ]),
      ...policy.disabled.map(
        (name): Finding => ({
          state: 'note',
          text: `${name}, built in, counts for nothing: ${paths.policy}:${disableLine(name)} takes it away.`,
        }),
      ),
    ];
  },
} satisfies Check;

function listed(all: readonly { name: string; then: string; built: boolean }[]): Finding[] {
  const groups = Map.groupBy(all, ({ then, built }) => `${then}, ${built ? 'built in' : 'by guard.yaml'}`);
  return [...groups].map(([says, of]) => ({
    state: 'note',
    text: `${says}: ${of.map(({ name }) => name).join(', ')}.`,
  }));
}
