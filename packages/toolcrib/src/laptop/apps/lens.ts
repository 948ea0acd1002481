import { type App, appData } from './app.ts';

/** Lens and its kin: they leave `KUBECONFIG` aside, and read each file of a list; where there is none, the folder ~/.kube. */
function kin(name: string, title: string, folder: string, programs: readonly string[], source: string): App {
  return {
    name,
    title,
    programs,
    clusters: 'list',
    settings: (place) => `${appData(place)}/${folder}/lens-user-store.json`,
    pasted: (place) => `${appData(place)}/${folder}/kubeconfigs`,
    source,
  };
}

export const lens = kin(
  'lens',
  'Lens',
  'Lens',
  ['lens-desktop', 'lens', '/opt/Lens/lens-desktop', '/Applications/Lens.app/Contents/MacOS/Lens'],
  'lensapp/lens#345; the store’s preferences.syncKubeconfigEntries',
);

export const openlens = kin(
  'openlens',
  'OpenLens',
  'OpenLens',
  ['open-lens', 'openlens', '/opt/OpenLens/open-lens', '/Applications/OpenLens.app/Contents/MacOS/OpenLens'],
  'the sources of OpenLens 5 and 6',
);

export const freelens = kin(
  'freelens',
  'Freelens',
  'Freelens',
  ['freelens', '/opt/Freelens/freelens', '/Applications/Freelens.app/Contents/MacOS/Freelens'],
  'the sources of Freelens 1; a change counts after it was quit in its tray (freelensapp/freelens#1108)',
);
