import { type App, appData } from './app.ts';

/** No longer kept (VMware, archived 2023), and still in use. */
export const octant = {
  name: 'octant',
  title: 'Octant',
  programs: ['octant', '/opt/Octant/octant', '/Applications/Octant.app/Contents/MacOS/Octant'],
  clusters: 'environment',
  settings: (place) => `${appData(place)}/octant`,
  source: 'octant --kubeconfig, else the variable',
} satisfies App;
