import { type Command, Option } from 'commander';
import { type Converted, convert } from '../../../pipelines/convert.js';
import { DigitflowError } from '../../errors.js';
import type { NetworkFormat } from '../../network/formats/found-network.js';
import { formatOfPath, NETWORK_FORMATS } from '../../network/formats/network-formats.js';
import { layerSizes } from '../../network/network.js';
import { KeptFile } from '../../outputs/kept-file.js';
import { checkFiles, keptFiles } from '../../outputs/same-file.js';
import { padRight } from '../../views/terminal/text-layout.js';
import { addErrorOptions } from '../options.js';
import { interruptibly, said, writeOut } from '../process.js';
import { addNetworkFlags, type ModelFlagValues, modelOptionsOf } from './model-options.js';

interface ConvertFlags extends Omit<ModelFlagValues, 'model'> {
  readonly to?: NetworkFormat;
}

const EXAMPLES = `
Examples:
  $ digitflow convert net.pt net.safetensors        what PyTorch saved, as digitflow writes it
  $ digitflow convert sigmoid sigmoid.onnx          the bundled network, for ONNX Runtime
  $ digitflow convert net.keras net.npz             for NumPy
  $ digitflow convert sigmoid network.json          as the book's network2.py reads it
  $ digitflow convert relu digits.h                 for a microcontroller: C99, without dependencies
  $ digitflow convert relu digits.js                for a page: a module without dependencies
  $ digitflow convert net.pt net.onnx --activations tanh,softmax   what the file does not say

The file is read back and its outputs are compared with those of the network it was made of: the largest difference
is printed, with the digests of both. Weights are float32. The C header and the module are only written.

Exit codes: 0 well, 2 usage, 65 a network that cannot be read, or not be held by the format, 66 no such network,
70 our own fault, 74 input/output, 130 interrupted.`;

/** Gives `digitflow convert` its arguments, flags and action. */
export function defineConvert(command: Command): void {
  const formats = Object.entries(NETWORK_FORMATS).filter(([, { write }]) => write !== undefined);
  const to = new Option('--to <format>', "what to write (default: by the file's ending)");
  command
    .argument('<network>', 'sigmoid, relu, or a file: safetensors, ONNX, Keras, PyTorch, NumPy, JSON')
    .argument('<file>', `where to write: ${formats.flatMap(([, { endings }]) => endings).join(', ')}`)
    .addOption(to.choices(formats.map(([name]) => name)))
    .option(
      '--normalize <how>',
      'how pixels are fed to the network where its file does not say: scale=1/255, or mean=0.1307,std=0.3081',
    );
  addErrorOptions(addNetworkFlags(command)).addHelpText('after', EXAMPLES).action(runConvert);
}

async function runConvert(model: string, path: string, flags: ConvertFlags): Promise<void> {
  const format = flags.to ?? formatOfPath(path);
  if (format === null) {
    const endings = Object.values(NETWORK_FORMATS).flatMap(({ write, endings }) => (write ? endings : []));
    const message = `${path}: expected a name that ends in ${endings.join(', ')}; rename it, or say the format with --to`;
    throw new DigitflowError('USAGE', message);
  }
  checkFiles([model], keptFiles('the file', path));
  const file = new KeptFile(path);
  await interruptibly({ ...flags, next: 'nothing is written' }, async (signal) => {
    const converted = await convert({ ...modelOptionsOf({ ...flags, model }), format, signal });
    await file.deliver(converted.bytes);
    await writeOut(words(converted, path, format));
    return true;
  });
}

/** What was made of what, and how near it is. */
function words(
  { model, sha256, difference, images, flags }: Converted,
  path: string,
  format: NetworkFormat,
): string {
  const { network } = model;
  const activations = network.layers.map(({ activation }) => activation).join('-');
  const compared =
    difference === null
      ? `not read back: ${NETWORK_FORMATS[format]?.title} is only written`
      : `${difference === 0 ? '0' : difference.toExponential(1)}, the largest of any output on ${images}`;
  const { name, found } = model;
  const lines: [label: string, facts: string][] = [
    ['network', `${name}, ${found?.title ?? 'digitflow'}, ${layerSizes(network).join('-')} ${activations}`],
    ['', `sha256 ${model.sha256}`],
    ['written', `${path}, ${NETWORK_FORMATS[format]?.title}`],
    ['', `sha256 ${sha256}`],
    ['difference', compared],
    ...(flags === null ? [] : [['to read it', flags] satisfies [string, string]]),
  ];
  return lines.map(([label, facts]) => `${padRight(said(label), 13)}${said(facts)}\n`).join('');
}
