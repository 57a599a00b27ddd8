// A whole string, with the colon after it where it is a key; or the border of an object.
const STRINGS_AND_BRACES = /"([^"\\]*(?:\\.[^"\\]*)*)"\s*(:?)|[{}]/g;

/**
 * The first key that one object of a JSON text holds twice, or undefined. `JSON.parse` keeps the last of
 * such twins and says nothing.
 *
 * @param json text that `JSON.parse` has accepted.
 */
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
