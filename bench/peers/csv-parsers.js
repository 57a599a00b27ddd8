// Parsers of CSV, each in the ways that may be its fastest. All of them have to turn every field of every row into a value of
// its own, a string at least: what is not asked for need not be done.
import { closeSync, createReadStream, openSync, readFileSync, readSync } from 'node:fs';

/**
 * @typedef {object} Parsed
 * @property {number} rows
 * @property {() => Promise<{ labelSum: number, pixelSum: number }>} [sums] reckoned only where the numbers are checked
 */

/** @type {Record<string, Record<string, (path: string, keep: boolean) => Promise<Parsed>>>} */
export const CSV_PARSERS = {
  'csv-parse': {
    'a buffer at once': async (path) => {
      const { parse } = await import('csv-parse/sync');
      return fields(parse(readFileSync(path), { from_line: 2 }));
    },
    'a stream': async (path, keep) => {
      const { parse } = await import('csv-parse');
      const counted = counter(keep);
      const parser = createReadStream(path, { highWaterMark: 2 ** 20 }).pipe(parse({ from_line: 2 }));
      parser.on('data', counted.row);
      await new Promise((resolve, reject) => parser.on('end', resolve).on('error', reject));
      return counted.parsed();
    },
  },
  papaparse: {
    'fast mode, row by row': async (path, keep) => {
      const { default: Papa } = await import('papaparse');
      const counted = counter(keep);
      const text = readFileSync(path, 'latin1');
      Papa.parse(text.slice(text.indexOf('\n') + 1), {
        fastMode: true,
        skipEmptyLines: true,
        step: ({ data }) => counted.row(data),
      });
      return counted.parsed();
    },
    'fast mode, at once': async (path) => {
      const { default: Papa } = await import('papaparse');
      const text = readFileSync(path, 'latin1');
      const { data } = Papa.parse(text.slice(text.indexOf('\n') + 1), {
        fastMode: true,
        skipEmptyLines: true,
      });
      return fields(data);
    },
  },
  udsv: {
    'strings, chunk by chunk': (path, keep) => udsvChunks(path, keep, 'stringArrs'),
    'numbers, chunk by chunk': (path, keep) => udsvChunks(path, keep, 'typedArrs'),
  },
  '@duckdb/node-api': {
    'types given, into a table': (path) => duckdb(path, (source) => `create temp table t as ${source}`, 't'),
    'types given, all columns summed': async (path) => {
      const all = (source) => `create temp table s as select count(*) as n, sum(columns(*)) from (${source})`;
      return duckdb(path, all, undefined);
    },
  },
};

async function udsvChunks(path, keep, method) {
  const { inferSchema, initParser } = await import('udsv');
  const counted = counter(keep);
  let parser;
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 2 ** 20 })) {
    parser ??= initParser(inferSchema(chunk));
    parser.chunk(chunk, parser[method], counted.row);
  }
  parser.end();
  return counted.parsed();
}

/** Two threads, as many as digitflow's workers. The order of rows is of no use to the sums, so it need not be kept. */
async function duckdb(path, statement, table) {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  const columns = headerOf(path)
    .map((name) => `'${name}': 'UTINYINT'`)
    .join(', ');
  await connection.run('set preserve_insertion_order = false');
  const source = `select * from read_csv('${path}', header = true, auto_detect = false, delim = ',', columns = {${columns}})`;
  await connection.run(statement(source));
  const one = async (sql) => (await connection.runAndReadAll(sql)).getRows()[0].map(Number);
  const sums = async () => {
    const [label, ...rest] = table
      ? await one(`select sum(columns(*)) from ${table}`)
      : (await one('select * from s')).slice(1);
    return { labelSum: label, pixelSum: rest.reduce((total, value) => total + value, 0) };
  };
  const [rows] = await one(table ? `select count(*) from ${table}` : 'select n from s');
  return { rows, sums };
}

function headerOf(path) {
  const bytes = Buffer.alloc(16_384);
  const file = openSync(path);
  readSync(file, bytes);
  closeSync(file);
  return bytes.toString('latin1').split('\n')[0].split(',');
}

/** Rows of fields that are kept all. */
function fields(rows) {
  return { rows: rows.length, sums: async () => sumsOf(rows) };
}

/** Rows of fields that pass: counted, and summed where the numbers are checked. */
function counter(keep) {
  const kept = [];
  let rows = 0;
  return {
    row: (row) => {
      rows++;
      if (keep) kept.push(row);
    },
    parsed: () => ({ rows, sums: async () => sumsOf(kept) }),
  };
}

function sumsOf(rows) {
  let labelSum = 0;
  let pixelSum = 0;
  for (const row of rows) {
    labelSum += Number(row[0]);
    for (let column = 1; column < row.length; column++) pixelSum += Number(row[column]);
  }
  return { labelSum, pixelSum };
}
