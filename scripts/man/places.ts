import { pathsOf } from '../../packages/toolcrib/src/laptop/paths.ts';

const HOME = '/home/aiko';
const paths = pathsOf({}, HOME);
const usual = (path: string) => path.replace(HOME, '~');

/** Where things lie, where no variable says otherwise. */
export const FILES: readonly (readonly [path: string, what: string])[] = [
  [usual(paths.policy), 'What may be stopped, by cluster and by rule. Yours: it is only read.'],
  [usual(paths.journal), 'The record of all acts, with encrypted snapshots of what they took, and its key.'],
  [usual(paths.kubeconfig), 'The guarded kubeconfig of all terminals together, for programs that have none.'],
  [usual(paths.terminals), 'A guarded kubeconfig for each terminal where toolcrib is on.'],
  [usual(paths.log), 'What the guard says of itself.'],
  ['~/.kube/config', 'Your kubeconfig, where KUBECONFIG names no other. It is only read.'],
];

/** Of `vet`, which knows nothing of clusters. */
export const FILES_OF_VET: readonly (readonly [path: string, what: string])[] = [
  ['policies/trust.yaml', 'What is demanded of a tool, where the folder that one stands in has it.'],
  ['evidence/', 'Where --save puts evidence packs.'],
];

export const ENVIRONMENT: readonly (readonly [name: string, what: string])[] = [
  ['KUBECONFIG', 'The kubeconfigs of this terminal. toolcrib on puts one of its own in their place.'],
  ['TOOLCRIB_HOME', 'One folder for all that is toolcrib’s own, guard.yaml too.'],
  ['XDG_STATE_HOME', 'In place of ~/.local/state.'],
  ['XDG_CONFIG_HOME', 'In place of ~/.config.'],
  ['TOOLCRIB_KEY', 'The journal’s key, where it must not lie beside the journal.'],
  ['SHELL', 'For which shell on and off write, where --shell says nothing.'],
  ['NO_COLOR', 'Set to anything: no colours.'],
];
