/** A grey image. */
export interface Picture {
  readonly height: number;
  readonly width: number;
  /** `(height, width)`, row-major; 0 is black, 255 white. */
  readonly pixels: Uint8Array;
}

/** The picture of `(height * width)` u8 pixels, which may be stored column by column (EMNIST). */
export function pictureOf(pixels: Uint8Array, height: number, width: number, transposed: boolean): Picture {
  if (!transposed) return { height, width, pixels };
  const turned = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) turned[y * width + x] = pixels[x * height + y];
  }
  return { height, width, pixels: turned };
}

/**
 * The picture scaled to fit into a box, its shape kept. It is enlarged by a whole factor, or made smaller by the mean of
 * what each new pixel covers, so that thin strokes fade but do not break.
 */
export function fitPicture(picture: Picture, maxHeight: number, maxWidth: number): Picture {
  const scale = Math.min(maxHeight / picture.height, maxWidth / picture.width);
  const factor = scale >= 1 ? Math.floor(scale) : scale;
  const height = Math.max(1, Math.round(picture.height * factor));
  const width = Math.max(1, Math.round(picture.width * factor));
  if (height === picture.height && width === picture.width) return picture;
  return scaleRows(scaleRows(picture, width), height);
}

/** Scales every row to `length` pixels and transposes the result: done twice, both directions are scaled. */
function scaleRows(picture: Picture, length: number): Picture {
  const pixels = new Uint8Array(length * picture.height);
  for (let x = 0; x < length; x++) {
    const left = (x * picture.width) / length;
    const right = ((x + 1) * picture.width) / length;
    for (let y = 0; y < picture.height; y++) {
      let sum = 0;
      for (let column = Math.floor(left); column < right; column++) {
        const covered = Math.min(right, column + 1) - Math.max(left, column);
        sum += covered * picture.pixels[y * picture.width + column];
      }
      pixels[x * picture.height + y] = Math.round(sum / (right - left));
    }
  }
  return { height: length, width: picture.height, pixels };
}

/** The size of an image, and the brightness of a black and of a white pixel. */
export interface ShadeRange {
  readonly height: number;
  readonly width: number;
  readonly black: number;
  readonly white: number;
}

/** What a network sees as a picture: black becomes 0, white 255. */
export function shade({ height, width, black, white }: ShadeRange, brightness: Float64Array): Picture {
  const pixels = Uint8Array.from(brightness, (value) =>
    Math.round((255 * (value - black)) / (white - black)),
  );
  return { height, width, pixels };
}
