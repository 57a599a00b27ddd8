import { pacedLoad } from './paced-load.js';
import { showSpread } from './report.js';
import { warmUp, withServer } from './serve-process.js';
import { spread } from './statistics.js';

const SECONDS = 3;
/** So long that the first wave, all connections at the same moment, is not most of it. */
const TOO_MUCH_SECONDS = 10;
/** Nearly as many connections as it lets in. */
const MANY = 1000;
const TIMES = 10;
const GOALS = { goodput: 0.6, p99Ms: 1500 };

/**
 * Asks for ten times as much as a server can bear, of each kind of request, and each time another process. What it bears is
 * measured just before, by as many requests as it answers.
 *
 * @param {readonly { name: string, path: string, request: import('./infer-requests.js').PostRequest, connections: number }[]} kinds
 *   connections: as many as make the server work all the time
 * @param {{ rounds: number, log: (line: string) => void }} options
 */
export async function measureOverload(kinds, { rounds, log }) {
  const samples = Object.fromEntries(kinds.map(({ name }) => [name, []]));
  let bad = 0;
  for (let round = 0; round < rounds; round++) {
    log(`serve, too much: round ${round + 1} of ${rounds}`);
    for (const { name, ...kind } of kinds) {
      const sample = await withServer('digitflow', (server) => tenTimes(server, kind));
      samples[name].push(sample);
      bad += sample.asked.bad;
    }
  }
  const show = (name, value, digits, unit) => showSpread(spread(samples[name].map(value)), digits, unit);
  const goodput = ({ borne, asked }) => asked.answeredOfCpu / borne.answeredOfCpu;
  const medians = (value) => kinds.map(({ name }) => spread(samples[name].map(value)).median);
  const [least, p99] = [Math.min(...medians(goodput)), Math.max(...medians(({ asked }) => asked.p99Ms))];
  return {
    table: {
      head: [
        'ten times too much',
        'borne/s',
        'asked/s',
        'answered/s',
        '503/s',
        'answered, by CPU time',
        'p50',
        'p99',
      ],
      rows: kinds.map(({ name }) => [
        name,
        show(name, ({ borne }) => borne.answered, 0, ''),
        show(name, ({ asked }) => asked.perSecond, 0, ''),
        show(name, ({ asked }) => asked.answered, 0, ''),
        show(name, ({ asked }) => asked.refused, 0, ''),
        show(name, goodput, 2, ''),
        show(name, ({ asked }) => asked.p50Ms, 0, ' ms'),
        show(name, ({ asked }) => asked.p99Ms, 0, ' ms'),
      ]),
    },
    targets: [
      {
        ...{ what: 'ten times too much: answered by the second of CPU time, beside what is borne' },
        ...{
          goal: `at least ${GOALS.goodput} of each`,
          measured: least.toFixed(2),
          met: least >= GOALS.goodput,
        },
      },
      {
        ...{ what: 'ten times too much: 99 of 100 of the answered', goal: `under ${GOALS.p99Ms} ms` },
        ...{ measured: `${p99.toFixed(0)} ms`, met: p99 < GOALS.p99Ms },
      },
      {
        ...{ what: 'ten times too much: replies but 200 and 503, connections cut off', goal: 'none' },
        ...{ measured: `${bad}`, met: bad === 0 },
      },
    ],
    samples,
  };
}

async function tenTimes(server, { path, request, connections }) {
  const load = { url: `${server.url}${path}`, request, seconds: SECONDS };
  await warmUp(server, { ...load, connections });
  const borne = await measured(server, { ...load, connections });
  const perSecond = TIMES * borne.answered;
  const tooMuch = { ...load, connections: MANY, perSecond, seconds: TOO_MUCH_SECONDS };
  return { borne, asked: { perSecond, ...(await measured(server, tooMuch)) } };
}

async function measured(server, load) {
  const { latencies, errors, seconds, cpuMs } = await pacedLoad({ ...load, cpuMs: server.cpuMs });
  const answered = (latencies.get(200) ?? []).sort((a, b) => a - b);
  const refused = latencies.get(503)?.length ?? 0;
  const all = [...latencies.values()].reduce((sum, each) => sum + each.length, 0);
  const at = (share) => answered[Math.floor(answered.length * share)] ?? Number.POSITIVE_INFINITY;
  return {
    ...{ answered: answered.length / seconds, refused: refused / seconds },
    ...{ answeredOfCpu: answered.length / cpuMs, p50Ms: at(0.5), p99Ms: at(0.99) },
    bad: errors + all - answered.length - refused,
  };
}
