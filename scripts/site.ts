// The documentation as a site, in `site/`: `npm run docs` builds it, `npm run docs -- --serve` shows it on loopback.
import { join } from 'node:path';
import { optionsOf, wholeNumber } from './options.ts';
import { buildSite } from './site/build.ts';
import { serveSite } from './site/serve.ts';

const USAGE = 'npm run docs -- [--serve] [--port N] [--out FOLDER]';
const { serve, port, out } = optionsOf(
  {
    options: {
      serve: { type: 'boolean', default: false },
      port: { type: 'string', default: '8080' },
      out: { type: 'string', default: 'site' },
    },
  },
  USAGE,
).values;
const at = wholeNumber('--port', port, 0, USAGE);
const folder = join(import.meta.dirname, '..', out);
const pages = buildSite(join(import.meta.dirname, '..'), folder);
console.log(`${pages} pages in ${out}/: open ${join(out, 'index.html')} in a browser.`);
if (serve) {
  try {
    const site = await serveSite(folder, at);
    console.log(`${site.url}   Ctrl-C ends it.`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    console.error(`Port ${at} is another program's. Any free one: npm run docs -- --serve --port 0`);
    process.exitCode = 1;
  }
}
