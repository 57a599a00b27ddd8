// A server of its own process, which tells who started it where it listens and what it has cost: `empty`, `onnx` or `digitflow`, and
// the folder of the build.
import { fastify } from 'fastify';
import { IMAGE_BYTES } from '../lib/mnist.js';
import { onnxModel } from '../lib/onnx-model.js';
import { loadDigitflow } from '../lib/product.js';
import { createSession, loadOnnxRuntime } from './onnxruntime.js';

const [kind, root] = process.argv.slice(2);
const START = {
  digitflow: async () => {
    const { serve } = await loadDigitflow(root);
    return (await serve({ port: 0, quiet: true })).url;
  },
  empty: () => listen(() => {}),
  onnx: () => listen(addOnnx),
};

/** @param {(app: import('fastify').FastifyInstance) => unknown} add routes; what is asked elsewhere gets an empty reply */
async function listen(add) {
  const app = fastify({ bodyLimit: 2 ** 24 });
  app.addContentTypeParser('application/octet-stream', { parseAs: 'buffer' }, (_, body, done) =>
    done(null, body),
  );
  app.post('/empty', (_, reply) => reply.send({}));
  await add(app);
  return app.listen({ port: 0, host: '127.0.0.1' });
}

/** As its documentation has it: a session at the start, `run` for each request. */
async function addOnnx(app) {
  const { openModel } = await loadDigitflow();
  const { network } = openModel('sigmoid');
  const ort = await loadOnnxRuntime();
  const session = await createSession(ort, onnxModel(network, { pixels: 'folded', verdict: 'outputs' }));
  const run = async (pixels) => {
    const tensor = new ort.Tensor('uint8', pixels, [pixels.length / IMAGE_BYTES, IMAGE_BYTES]);
    return (await session.run({ pixels: tensor })).verdict.data;
  };
  app.post('/json', async ({ body }) => {
    const outputs = await run(Uint8Array.from(body.inputs[0].data));
    return { outputs: Array.from(outputs), label: outputs.indexOf(Math.max(...outputs)) };
  });
  app.post('/binary', async ({ body }, reply) => {
    const { buffer, byteOffset, byteLength } = await run(body);
    return reply.type('application/octet-stream').send(Buffer.from(buffer, byteOffset, byteLength));
  });
}

process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMs: (user + system) / 1000 });
});
process.on('disconnect', () => process.exit());
process.send({ url: await START[kind]() });
