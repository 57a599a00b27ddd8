/**
 * The images with the largest values, and those with the smallest: indices, the most extreme first, the first one of
 * equals first. No image is in both.
 *
 * @param values `(count)` float64, one for each image.
 * @param wanted how many of each; fewer where there are not so many images.
 */
export function rankImages(
  values: Float64Array,
  wanted: number,
): { readonly most: number[]; readonly least: number[] } {
  const order = Array.from(values.keys()).sort((a, b) => values[b] - values[a] || a - b);
  const most = order.slice(0, wanted);
  const rest = order.slice(most.length).sort((a, b) => values[a] - values[b] || a - b);
  return { most, least: rest.slice(0, wanted) };
}
