import { type App, appData } from './app.ts';

/** A terminal program; here for those who start it from a menu. */
export const k9s = {
  name: 'k9s',
  title: 'k9s',
  programs: ['k9s'],
  clusters: 'environment',
  settings: (place) => `${appData(place)}/k9s`,
  source: 'client-go’s loading rules; docs/deep/clients.md has 0.27.4 and 0.50.18',
} satisfies App;
