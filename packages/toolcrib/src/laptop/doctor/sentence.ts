/** With a full stop at its end: what others say often has none. */
export const sentence = (text: string) => (/[.!?)]$/.test(text) ? text : `${text}.`);
