/** Inside the one file: nothing is fetched, and no script runs. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2126; --soft: #59636e; --paper: #fff; --line: #d5dae0; --panel: #f5f7f9;
  --pass: #1a7f37; --fail: #b3261e; --unknown: #8a5a00; --mark: #2f6fb0; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #9aa4ae; --paper: #14181c; --line: #343b43;
  --panel: #1d2329; --pass: #4cc26a; --fail: #ff7b72; --unknown: #e3b341; --mark: #6cb0f5; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
h1 { font-size: 1.4rem; margin: 0 0 .25rem; } h2 { font-size: 1.2rem; margin: 2.5rem 0 .25rem; } h3 { font-size: 1rem; margin: 1.5rem 0 .25rem; }
p { margin: .25rem 0; } .soft { color: var(--soft); }
code { font: .85em ui-monospace, monospace; overflow-wrap: anywhere; }
pre { font: .8rem/1.4 ui-monospace, monospace; background: var(--panel); padding: .6rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.v { font-weight: 600; white-space: nowrap; } .pass { color: var(--pass); } .fail { color: var(--fail); } .unknown { color: var(--unknown); }
table { border-collapse: collapse; width: 100%; margin: .75rem 0; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
th { font-weight: 600; } td:first-child { white-space: nowrap; } .scroll { overflow-x: auto; } .compare td, .compare th { overflow-wrap: normal; }
.plots { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1rem; } figure { margin: 0; } figcaption { font-size: .9rem; }
svg { width: 100%; height: auto; background: var(--panel); } svg text { font: 10px system-ui, sans-serif; fill: var(--soft); }
svg circle, svg rect { fill: var(--mark); } svg .open { fill: none; stroke: var(--unknown); stroke-width: 1.5; } svg .axis { stroke: var(--line); }
details { margin: .75rem 0; } summary { cursor: pointer; }
@media (max-width: 36rem) { .compare { font-size: .8rem; } .compare td, .compare th { padding: .3rem .25rem; font-weight: normal; } .compare .v { white-space: normal; }
  table.rows, .rows tbody, .rows tr, .rows td { display: block; } .rows thead { display: none; }
  .rows tr { border-bottom: 1px solid var(--line); padding: .5rem 0; } .rows td { border: 0; padding: 0; white-space: normal; } .rows td:nth-child(2) { font-weight: 600; } }
`.trim();
