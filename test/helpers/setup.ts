// Runs before each file of tests, and so are its hooks those of each.
import { afterEach } from 'vitest';
import { cleanUp } from './clean-up.js';

afterEach(cleanUp);
