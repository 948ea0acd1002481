/** The letter of the base64 alphabet that differs in the lowest bit only, which padding makes a spare one. */
export const nextLetter = (letter = ''): string => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
  return alphabet.charAt(alphabet.indexOf(letter) ^ 1);
};
