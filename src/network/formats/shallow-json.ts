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

// A whole string, with the colon after it where it is a key; or the border of an object.
const STRINGS_AND_BRACES = /"([^"\\]*(?:\\.[^"\\]*)*)"\s*(:?)|[{}]/g;

/** The first key that an object of a valid JSON text holds twice, or undefined. `JSON.parse` silently keeps the last one. */
export function duplicateKey(json: string): string | undefined {
  const objects: Set<string>[] = [];
  for (const [token, text, colon] of json.matchAll(STRINGS_AND_BRACES)) {
    if (token === '{') objects.push(new Set());
    else if (token === '}') objects.pop();
    else if (colon === ':') {
      const key = JSON.parse(`"${text}"`) as string;
      const keys = objects.at(-1);
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return undefined;
}
