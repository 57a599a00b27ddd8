import { en } from './en.js';
import { ja } from './ja.js';

/** All that the report says in one language; a missing sentence does not compile. */
export type Words = typeof en;

export const LANGUAGES = { en, ja } as const satisfies Record<string, Words>;

/** A language that people can be spoken to in: English or Japanese. */
export type Language = keyof typeof LANGUAGES;
