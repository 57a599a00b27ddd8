/** The name and version of what `lookDigitJson` writes. */
const SCHEMA = 'digitflow.look-digit/1';

/** A view of a digit as JSON, indented by two, an array of plain numbers on one line, with a newline at its end. */
export function lookDigitJson(view: object): string {
  const plain = (_: string, value: unknown) =>
    value instanceof Float64Array || value instanceof Uint8Array ? Array.from(value) : value;
  // Inside a JSON string a line break is always escaped, so a raw one can only be indentation.
  const json = JSON.stringify({ schema: SCHEMA, ...view }, plain, 2).replace(
    /\[\n([-+.\deE,\s]+)\]/g,
    (_, numbers: string) => `[${numbers.trim().replace(/,\s+/g, ', ')}]`,
  );
  return `${json}\n`;
}
