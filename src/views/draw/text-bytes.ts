/** Digits of base 85 that mean nothing in HTML. Five of them hold four bytes. */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#%()*+,-./:;=?@[]^_{|}~';
const BASE = 85;

/** Bytes as text for an HTML page: 5 characters for 4 bytes, where base64 takes 5.3. */
export function textOfBytes(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 4) {
    const count = Math.min(4, bytes.length - at);
    let word = 0;
    for (let i = 0; i < 4; i++) word = word * 256 + (i < count ? bytes[at + i] : 0);
    let digits = '';
    for (let i = 0; i < 5; i++) {
      digits = DIGITS[word % BASE] + digits;
      word = Math.floor(word / BASE);
    }
    // What the missing bytes would say is left out.
    text += digits.slice(0, count + 1);
  }
  return text;
}

/** The bytes that `textOfBytes` was given. White space around them is let pass. */
export function bytesOfText(text: string): Uint8Array {
  const digits = text.trim();
  const bytes = new Uint8Array(Math.floor((digits.length * 4) / 5));
  for (let at = 0, byte = 0; at < digits.length; at += 5, byte += 4) {
    let word = 0;
    for (let i = 0; i < 5; i++) {
      word = word * BASE + (at + i < digits.length ? DIGITS.indexOf(digits[at + i]) : BASE - 1);
    }
    for (let i = 0; i < 4 && byte + i < bytes.length; i++)
      bytes[byte + i] = Math.floor(word / 256 ** (3 - i)) % 256;
  }
  return bytes;
}
