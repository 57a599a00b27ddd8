/** Whether bytes begin like a gzip member (RFC 1952, 2.3.1: ID1 and ID2). */
export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
