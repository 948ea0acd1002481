import { type App, appData } from './app.ts';

/** Reads `KUBECONFIG`, else ~/.kube/config; takes a kubeconfig as its argument, too. */
export const headlamp = {
  name: 'headlamp',
  title: 'Headlamp',
  programs: ['headlamp', '/opt/Headlamp/headlamp', '/Applications/Headlamp.app/Contents/MacOS/Headlamp'],
  clusters: 'environment',
  settings: (place) => `${appData(place)}/Headlamp`,
  source: 'headlamp [kubeconfig], and the variable; its app/electron/main.ts',
} satisfies App;
