import type { Line, Span } from './screen.ts';

const WIDTH = 8.4;
const HEIGHT = 19;
const EDGE = 20;
/** For the bar of the window. */
const TOP = 40;
const SIZE = 14;

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Its own colours for light and for dark: the page around it may be either. */
const STYLE = `
  .ground { fill: #ffffff; stroke: #c9ccd1 }
  text { fill: #1f2328; font: ${SIZE}px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }
  .bold { font-weight: 700 }
  .dim { fill: #57606a }
  .cyan { fill: #0a6470; font-weight: 700 }
  circle { fill: #c9ccd1 }
  @media (prefers-color-scheme: dark) {
    .ground { fill: #16191d; stroke: #3d444d }
    text { fill: #e6e8eb }
    .dim { fill: #a2abb6 }
    .cyan { fill: #6fd3e0 }
    circle { fill: #3d444d }
  }
`;

/** The rows of a terminal as one picture, each row one `text`. */
export function svgOf(lines: readonly Line[]): string {
  const columns = Math.max(...lines.map(lengthOf));
  const [width, height] = [Math.ceil(columns * WIDTH) + 2 * EDGE, TOP + lines.length * HEIGHT + EDGE];
  const rows = lines.flatMap((line, index) =>
    line.length === 0 ? [] : [row(line, TOP + (index + 1) * HEIGHT - 5)],
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<title>toolcrib demo in a terminal</title>
<style>${STYLE}</style>
<rect class="ground" x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8"/>
<circle cx="20" cy="20" r="6"/><circle cx="40" cy="20" r="6"/><circle cx="60" cy="20" r="6"/>
${rows.join('\n')}
</svg>
`;
}

const lengthOf = (line: Line) => line.reduce((sum, { text }) => sum + [...text].length, 0);

function row(line: Line, y: number): string {
  let column = 0;
  const spans = line.map((span) => {
    const at = column;
    column += [...span.text].length;
    return part(span, at);
  });
  return `<text y="${y}" xml:space="preserve">${spans.join('')}</text>`;
}

/** Of a set length, so that columns stand below each other in whatever font the reader has. */
function part({ text, look }: Span, column: number): string {
  const length = ([...text].length * WIDTH).toFixed(1);
  const kind = look === 'plain' ? '' : ` class="${look}"`;
  return `<tspan x="${(EDGE + column * WIDTH).toFixed(1)}" textLength="${length}" lengthAdjust="spacingAndGlyphs"${kind}>${escaped(text)}</tspan>`;
}
