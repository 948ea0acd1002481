/**
 * A name within a sentence: as it stands where it is one word, else in quotes. A file or a command line may call a thing
 * anything, nothing and blanks too.
 */
export function nameText(name: string): string {
  return /^[^\s"]+$/.test(name) ? name : JSON.stringify(name);
}
