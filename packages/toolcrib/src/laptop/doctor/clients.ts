import { isOwnPath } from '../terminals.ts';
import type { Check, Finding, Patient } from './check.ts';
import { type FoundClient, foundClients } from './client-version.ts';

/** Programs in PATH that work with clusters: which version, and what is known of their way. */
export const clients = {
  name: 'clients',
  aside: true,
  ownWords: true,
  async look(patient) {
    const found = await foundClients(patient);
    if (found.length === 0)
      return [{ state: 'note', text: 'None of the programs that are known here stands in PATH.' }];
    return found.map((client) => told(client, patient));
  },
} satisfies Check;

function told(client: FoundClient, { env, paths }: Patient): Finding {
  const { name, said, why, takes } = client;
  const who = said === undefined ? `${name}, version not known (${why})` : `${name} ${said}`;
  const on = env.KUBECONFIG !== undefined && isOwnPath(paths, env, env.KUBECONFIG);
  switch (takes) {
    case 'shown':
      return {
        state: said === undefined ? 'unknown' : 'note',
        text: `${who}: a request shows its way, see above.`,
      };
    case 'none':
      return { state: 'note', text: `${who}: it sends no cluster anything.` };
    case 'server':
      return {
        state: 'note',
        text: `${who}: its server works on the cluster, so what it asks for does not pass this terminal’s guard.`,
      };
    case 'settings':
      return {
        state: 'unknown',
        text: `${who}: its own settings say where it goes, and they are not read here.`,
        next: 'Let them name the file in $TOOLCRIB_KUBECONFIG, and no server.',
      };
    case 'kubeconfig':
      return on
        ? {
            state: 'unknown',
            text: `${who}: it takes KUBECONFIG, by its authors’ word; no request has shown it.`,
            next: `toolcrib log lists it once it has come through; toolcrib run -- ${name} is bound to it.`,
          }
        : {
            state: 'unknown',
            text: `${who}: it takes KUBECONFIG, by its authors’ word, and that is not toolcrib’s here.`,
            next: 'eval "$(toolcrib on)"',
          };
  }
}
