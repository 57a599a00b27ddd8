// Parses a file once and prints how long that took. In a process of its own: no parser inherits what another left.
import { CSV_PARSERS } from './csv-parsers.js';

const { peer, setting, path, isCheck } = JSON.parse(process.argv[2]);
// What is loaded is not counted.
await import(peer === 'csv-parse' && setting.includes('buffer') ? 'csv-parse/sync' : peer);
const cpuBefore = process.cpuUsage();
const startMs = performance.now();
const { rows, sums } = await CSV_PARSERS[peer][setting](path, isCheck);
const wallMs = performance.now() - startMs;
const { user, system } = process.cpuUsage(cpuBefore);
const found = isCheck ? await sums() : {};
process.stdout.write(JSON.stringify({ rows, wallMs, cpuMs: (user + system) / 1000, ...found }));
