const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Whether bytes begin as a picture that `decodePicture` reads: PNG or JPEG. What decodes them need not be loaded to ask. */
export function isPicture(bytes: Uint8Array): boolean {
  return isPng(bytes) || isJpeg(bytes);
}

/** Whether bytes begin as a PNG does. */
export function isPng(bytes: Uint8Array): boolean {
  return PNG_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** SOI, and the first byte of the next marker (ITU T.81, B.1.1.3). */
export function isJpeg(bytes: Uint8Array): boolean {
  return bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
}

/**
 * Also kinds that are not read: they are named, not passed over. A hidden file is no picture, whatever it is called: macOS
 * leaves `._a.png`.
 */
const PICTURE_NAME = /(?:^|[/\\])[^./\\][^/\\]*\.(?:png|jpe?g|gif|bmp|webp|tiff?|heic|avif)$/i;

/** Whether a path is that of a picture, by its name. */
export function isPictureName(path: string): boolean {
  return PICTURE_NAME.test(path);
}
