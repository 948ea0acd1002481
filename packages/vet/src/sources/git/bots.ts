/**
 * Tells bots from people by `name <address>` in lower case. Written so that `grep -E` understands it too: the commands
 * in the report use this very text. A name that merely ends in "bot" is not enough: people are called so.
 */
export const BOT_PATTERN =
  '\\[bot\\]|dependabot|renovate|greenkeeper|mergify|github-actions|semantic-release|copilot-swe-agent|(^|[^a-z])(bot|robot)[-_]|[-_](bot|robot)([^a-z]|$)';

const BOT = new RegExp(BOT_PATTERN);

export function isBot(name: string, address: string): boolean {
  return BOT.test(`${name} <${address}>`.toLowerCase());
}
