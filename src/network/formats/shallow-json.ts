/** A string, or a bracket. Strings are passed over whole: what is in them does not count. */
const STRINGS_AND_BRACKETS = /"[^"\\]*(?:\\.[^"\\]*)*"?|[[{\]}]/g;

/** More than any of our files has. */
const MOST_LEVELS = 32;

/**
 * Parses JSON of no more than 32 levels of lists and objects; undefined for any other text. A value of a million levels,
 * which nobody writes but to do harm, would overflow the stack of what goes over it.
 */
export function parseShallowJson(text: string): unknown {
  let level = 0;
  for (const [token] of text.matchAll(STRINGS_AND_BRACKETS)) {
    if (token === '{' || token === '[') level++;
    else if (token === '}' || token === ']') level--;
    if (level > MOST_LEVELS) return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
