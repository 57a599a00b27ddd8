import { beforeAll, describe, expect, test } from 'vitest';
import { openScorer } from '../../src/engine/open-scorer.js';
import { testPixels } from '../helpers/mnist.js';
import { makeBatch, network } from '../helpers/scoring.js';
import { ask, exchange, head, json, type Response, serving } from './serving.js';

const { port } = serving();
const PIXELS = testPixels();
const INFER = '/v2/models/sigmoid/infer';

/** What the network says of the first three test images. */
let outputs: Float32Array;
let confidences: Float32Array;
let labels: string[];

beforeAll(async () => {
  const scorer = await openScorer(network, { workers: 0, withOutputs: true });
  const batch = makeBatch(scorer, 0, 3);
  await scorer.score(batch);
  outputs = batch.outputs.slice();
  confidences = batch.confidences.slice();
  labels = Array.from(batch.predictions, String);
  await scorer.close();
});

const post = async (body: unknown, path = INFER): Promise<Response> =>
  ask(await port, 'POST', path, JSON.stringify(body));

function image(count = 1): number[] {
  return Array.from(PIXELS.subarray(0, count * 784));
}

function input(changes: object = {}): object {
  return { name: 'pixels', shape: [1, 784], datatype: 'UINT8', data: image(), ...changes };
}

/** Less what is new each time. */
function withoutDate(response: Buffer): string {
  return response.toString('latin1').replace(/^Date: .*\r\n/m, '');
}

describe('byte for byte', () => {
  test('a request as JSON, and its reply', async () => {
    const body = JSON.stringify({
      ...{ id: '42', inputs: [input()] },
      outputs: [{ name: 'label' }, { name: 'confidence' }],
    });
    const request = head('POST', INFER, {
      'content-type': 'application/json',
      'content-length': body.length,
    });
    const said =
      '{"model_name":"sigmoid","id":"42","outputs":[{"name":"label","datatype":"BYTES","shape":[1],"data":["7"]},' +
      `{"name":"confidence","datatype":"FP32","shape":[1],"data":[${confidences[0]}]}]}`;
    expect(withoutDate(await exchange(await port, request, body))).toBe(
      'HTTP/1.1 200 OK\r\nx-request-id: 7\r\ncontent-type: application/json\r\n' +
        `content-length: ${said.length}\r\nConnection: close\r\n\r\n${said}`,
    );
  });

  test('a request with the bytes of its tensor, and a reply with bytes', async () => {
    const said = JSON.stringify({
      inputs: [input({ shape: [3, 28, 28], data: undefined, parameters: { binary_data_size: 2352 } })],
      outputs: [
        { name: 'probabilities', parameters: { binary_data: true } },
        { name: 'label', parameters: { binary_data: true } },
        { name: 'confidence' },
      ],
    });
    const request = head('POST', INFER, {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': said.length,
      'content-length': said.length + 2352,
    });
    const answer =
      '{"model_name":"sigmoid","outputs":[' +
      '{"name":"probabilities","datatype":"FP32","shape":[3,10],"parameters":{"binary_data_size":120}},' +
      '{"name":"label","datatype":"BYTES","shape":[3],"parameters":{"binary_data_size":15}},' +
      `{"name":"confidence","datatype":"FP32","shape":[3],"data":[${confidences.join()}]}]}`;
    const texts = labels.map((label) => `\x01\0\0\0${label}`).join('');
    const binary = Buffer.from(outputs.buffer, outputs.byteOffset, 120).toString('latin1') + texts;
    const received = await exchange(await port, request, said, PIXELS.subarray(0, 2352));
    expect(withoutDate(received)).toBe(
      `HTTP/1.1 200 OK\r\nx-request-id: 7\r\ninference-header-content-length: ${answer.length}\r\n` +
        `content-type: application/octet-stream\r\ncontent-length: ${answer.length + 135}\r\nConnection: close\r\n\r\n` +
        answer +
        binary,
    );
  });

  test('an error', async () => {
    const request = head('POST', INFER, { 'content-length': 1 });
    const said = '{"error":"body: expected an object, found 1"}\n';
    expect(withoutDate(await exchange(await port, request, '1'))).toBe(
      'HTTP/1.1 400 Bad Request\r\nx-request-id: 7\r\ncontent-type: application/json\r\n' +
        `content-length: ${said.length}\r\nConnection: close\r\n\r\n${said}`,
    );
  });
});

describe('metadata and health', () => {
  const tensors = {
    inputs: [{ name: 'pixels', datatype: 'UINT8', shape: [-1, 28, 28] }],
    outputs: [
      { name: 'probabilities', datatype: 'FP32', shape: [-1, 10] },
      { name: 'label', datatype: 'BYTES', shape: [-1] },
      { name: 'confidence', datatype: 'FP32', shape: [-1] },
    ],
  };

  test.each([
    ['/v2', { name: 'digitflow', version: expect.any(String), extensions: ['binary_tensor_data'] }],
    ['/v2/', { name: 'digitflow', version: expect.any(String), extensions: ['binary_tensor_data'] }],
    ['/v2/health/live', { live: true }],
    ['/v2/health/ready', { live: true, ready: true }],
    ['/v2/models/sigmoid/ready', { name: 'sigmoid', ready: true }],
    [
      '/v2/models/sigmoid',
      {
        name: 'sigmoid',
        platform: 'digitflow',
        ...tensors,
        parameters: { sha256: expect.stringMatching(/^c60180c7/) },
      },
    ],
  ])('%s', async (path, said) => {
    const response = await ask(await port, 'GET', path);
    expect({ status: response.status, said: json(response) }).toEqual({ status: 200, said });
    expect((await ask(await port, 'HEAD', path)).body.length).toBe(0);
  });

  test.each([
    ['GET', '/v2/models/relu', 404, 'model: expected "sigmoid", found "relu"'],
    ['GET', '/v2/models/relu/ready', 404, 'model: expected "sigmoid", found "relu"'],
    ['POST', '/v2/models/relu/infer', 404, 'model: expected "sigmoid", found "relu"'],
    [
      'GET',
      '/v2/models/sigmoid/versions/1',
      404,
      'no such address: /v2/models/sigmoid/versions/1; see /docs',
    ],
    ['GET', INFER, 405, 'expected POST, found GET'],
    ['DELETE', '/v2', 405, 'expected GET, found DELETE'],
  ])('%s %s: %i', async (method, path, status, error) => {
    const response = await ask(await port, method, path);
    expect({ status: response.status, said: json(response) }).toEqual({ status, said: { error } });
    expect(response.body.toString().trimEnd()).not.toContain('\n');
  });
});

describe('tensors', () => {
  const rows = Array.from({ length: 28 }, (_, row) => image().slice(row * 28, row * 28 + 28));
  const floats = image().map((pixel) => pixel / 255);
  const firstOnly = { model_name: 'sigmoid', outputs: [{ data: ['7'] }] };

  test.each([
    ['flat', input()],
    ['an image', input({ shape: [1, 28, 28] })],
    ['an image, nested', input({ shape: [1, 28, 28], data: [rows] })],
    ['a channel first', input({ shape: [1, 1, 28, 28], data: [[rows]] })],
    [
      'a channel last',
      input({ shape: [1, 28, 28, 1], data: [rows.map((row) => row.map((pixel) => [pixel]))] }),
    ],
    ['fractions', input({ datatype: 'FP32', data: floats })],
  ])('%s: the same verdict', async (_, one) => {
    const response = await post({ inputs: [one], outputs: [{ name: 'label' }] });
    expect(json(response)).toMatchObject(firstOnly);
    const all = json(await post({ inputs: [one] })) as { outputs: { data: number[] }[] };
    expect(Float32Array.from(all.outputs[0].data)).toEqual(outputs.slice(0, 10));
  });

  test('fractions as bytes that are not aligned', async () => {
    const bytes = Buffer.from(Float32Array.from(floats).buffer);
    for (const pad of ['', ' ', '  ', '   ']) {
      const parameters = { binary_data_size: 3136 };
      const said =
        pad + JSON.stringify({ inputs: [input({ datatype: 'FP32', data: undefined, parameters })] });
      const lengths = { 'inference-header-content-length': said.length };
      const body = Buffer.concat([Buffer.from(said), bytes]);
      const response = json(await ask(await port, 'POST', INFER, body, lengths)) as {
        outputs: { data: number[] }[];
      };
      expect(Float32Array.from(response.outputs[0].data)).toEqual(outputs.slice(0, 10));
    }
  });

  test('all outputs as bytes, but for one', async () => {
    const response = await post({
      inputs: [input()],
      parameters: { binary_data_output: true },
      outputs: [{ name: 'confidence', parameters: { binary_data: false } }, { name: 'probabilities' }],
    });
    const length = Number(response.headers['inference-header-content-length']);
    expect(JSON.parse(response.body.toString('utf8', 0, length)).outputs).toEqual([
      { name: 'confidence', datatype: 'FP32', shape: [1], data: [confidences[0]] },
      { name: 'probabilities', datatype: 'FP32', shape: [1, 10], parameters: { binary_data_size: 40 } },
    ]);
    expect(response.body.subarray(length)).toEqual(Buffer.from(outputs.buffer, outputs.byteOffset, 40));
  });

  const changed = (at: number, value: unknown) => image().map((pixel, i) => (i === at ? value : pixel));
  const whole = 'a whole number from 0 to 255';
  const fraction = 'a number from 0 to 1 (or datatype UINT8)';
  const shapes = '[n,784] or [n,28,28] or [n,1,28,28] or [n,28,28,1]';
  test.each<[string, unknown]>([
    ['body: expected an object, found []', []],
    ['inputs: expected an array, found nothing', {}],
    ['inputs: expected one, found 0', { inputs: [] }],
    ['inputs: expected one, found 2', { inputs: [input(), input()] }],
    ['inputs[0]: expected an object, found null', { inputs: [null] }],
    ['id: expected a string, found 42', { id: 42, inputs: [input()] }],
    ['inputs[0].name: expected "pixels", found "x"', { inputs: [input({ name: 'x' })] }],
    [
      'inputs[0].datatype: expected "UINT8" (0 to 255) or "FP32" (0 to 1), found "INT64"',
      { inputs: [input({ datatype: 'INT64' })] },
    ],
    [`inputs[0].shape: expected ${shapes}, found [784]`, { inputs: [input({ shape: [784] })] }],
    [
      `inputs[0].shape: expected ${shapes}, found [0,784]`,
      { inputs: [input({ shape: [0, 784], data: [] })] },
    ],
    [`inputs[0].shape: expected ${shapes}, found [1.5,784]`, { inputs: [input({ shape: [1.5, 784] })] }],
    [`inputs[0].shape: expected ${shapes}, found "1,784"`, { inputs: [input({ shape: '1,784' })] }],
    [
      'inputs[0].data: expected 1568 elements, as the shape says, found 784',
      { inputs: [input({ shape: [2, 784] })] },
    ],
    [
      'inputs[0].data: expected 7056000000000 elements, as the shape says, found 784',
      { inputs: [input({ shape: [9e9, 784] })] },
    ],
    ['inputs[0].data: expected an array, found nothing', { inputs: [input({ data: undefined })] }],
    [
      'inputs[0].data: expected at most 4 arrays in each other, found "more"',
      { inputs: [input({ data: [[[[[1]]]]] })] },
    ],
    [
      `inputs[0].data, element 3: expected ${whole}, found 256`,
      { inputs: [input({ data: changed(3, 256) })] },
    ],
    [`inputs[0].data, element 3: expected ${whole}, found -1`, { inputs: [input({ data: changed(3, -1) })] }],
    [
      `inputs[0].data, element 3: expected ${whole}, found 0.5`,
      { inputs: [input({ data: changed(3, 0.5) })] },
    ],
    [
      `inputs[0].data, element 3: expected ${whole}, found "5"`,
      { inputs: [input({ data: changed(3, '5') })] },
    ],
    [
      `inputs[0].data, element 3: expected ${whole}, found null`,
      { inputs: [input({ data: changed(3, null) })] },
    ],
    [
      `inputs[0].data, element 152: expected ${fraction}, found 116`,
      { inputs: [input({ datatype: 'FP32', data: changed(152, 116).map((v, i) => (i < 152 ? 0 : v)) })] },
    ],
    [
      `inputs[0].data, element 0: expected ${fraction}, found 1.0001`,
      { inputs: [input({ datatype: 'FP32', data: changed(0, 1.0001) })] },
    ],
    [
      `inputs[0].data, element 0: expected ${fraction}, found -1e-9`,
      { inputs: [input({ datatype: 'FP32', data: changed(0, -1e-9) })] },
    ],
    [
      'outputs[0].name: expected "probabilities", "label", "confidence", found "x"',
      { inputs: [input()], outputs: [{ name: 'x' }] },
    ],
    [
      'outputs: expected "at least one", found "none"'.replaceAll('"at least one"', 'at least one'),
      { inputs: [input()], outputs: [] },
    ],
    [
      'outputs: "label" is asked for twice; ask once',
      { inputs: [input()], outputs: [{ name: 'label' }, { name: 'label' }] },
    ],
    [
      'outputs[0].parameters.binary_data: expected true or false, found 1',
      { inputs: [input()], outputs: [{ name: 'label', parameters: { binary_data: 1 } }] },
    ],
    [
      'inputs[0].parameters.binary_data_size: expected 784, as the shape says, found 785',
      { inputs: [input({ data: undefined, parameters: { binary_data_size: 785 } })] },
    ],
    [
      'body: expected 784 bytes after the JSON, found no Inference-Header-Content-Length',
      { inputs: [input({ data: undefined, parameters: { binary_data_size: 784 } })] },
    ],
    [
      'inputs[0]: expected data or binary_data_size, found "both"',
      { inputs: [input({ parameters: { binary_data_size: 784 } })] },
    ],
  ])('refused: %s', async (error, body) => {
    const response = await post(body);
    expect({ status: response.status, said: json(response) }).toEqual({ status: 400, said: { error } });
  });

  const said = JSON.stringify({
    inputs: [input({ data: undefined, parameters: { binary_data_size: 784 } })],
  });
  const nan = JSON.stringify({
    inputs: [input({ datatype: 'FP32', data: undefined, parameters: { binary_data_size: 3136 } })],
  });
  const bytesOf = (value: number) => Buffer.from(new Float32Array(784).fill(value, 5, 6).buffer);
  test.each<[string, string, string | number, Uint8Array]>([
    ['body: expected 784 bytes after the JSON, found 783 bytes', said, said.length, new Uint8Array(783)],
    ['body: expected 784 bytes after the JSON, found 785 bytes', said, said.length, new Uint8Array(785)],
    ['body: expected JSON, found none (Unexpected end of JSON input)', said, 0, new Uint8Array(784)],
    [
      `Inference-Header-Content-Length: expected 0 to ${said.length + 784}, which is all of the body, found "9999"`,
      ...([said, 9999, new Uint8Array(784)] as const),
    ],
    [
      `Inference-Header-Content-Length: expected 0 to ${said.length}, which is all of the body, found "-1"`,
      ...([said, -1, new Uint8Array(0)] as const),
    ],
    [
      `Inference-Header-Content-Length: expected 0 to ${said.length}, which is all of the body, found "1e2"`,
      ...([said, '1e2', new Uint8Array(0)] as const),
    ],
    [`binary data, element 5: expected ${fraction}, found "NaN"`, nan, nan.length, bytesOf(Number.NaN)],
    [`binary data, element 5: expected ${fraction}, found "Infinity"`, nan, nan.length, bytesOf(Infinity)],
    [`binary data, element 5: expected ${fraction}, found "1.5"`, nan, nan.length, bytesOf(1.5)],
  ])('a header that lies: %s', async (error, start, length, bytes) => {
    const body = Buffer.concat([Buffer.from(start), bytes]);
    const response = await ask(await port, 'POST', INFER, body, {
      'inference-header-content-length': length,
    });
    expect({ status: response.status, said: json(response) }).toEqual({ status: 400, said: { error } });
  });
});
