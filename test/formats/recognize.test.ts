import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unexpected } from '../../src/formats/content/content.js';
import { contentOf } from '../../src/formats/recognize.js';
import { openModel } from '../../src/inputs/models/open-model.js';
import { writeOwnNetwork } from '../../src/network/formats/safetensors/network-file.js';
import { writeSafetensors } from '../../src/network/formats/safetensors/safetensors.js';
import { digitsCsv } from '../helpers/digits-csv.js';
import { imagesIdx, labelsIdx } from '../inputs/idx-bytes.js';
import { zipArchive } from '../inputs/zip-archive.js';
import { npyBytes } from './npy-bytes.js';

const digits = digitsCsv({ count: 2, header: true });
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const zipOf = (...names: string[]) => zipArchive(names.map((name) => ({ name, content: latin1('1,2,3') })));
const CHECKPOINT = writeSafetensors({
  tensors: new Map(),
  metadata: new Map([['checkpoint', '{"schema":"digitflow.checkpoint/1"}']]),
});

/** Fields of a protocol buffer: a number, and bytes of some length. */
const integer = (field: number, value: number) => Buffer.of(field * 8, value);
const bytes = (field: number, content: Uint8Array) =>
  Buffer.concat([Buffer.of(field * 8 + 2, content.length), content]);
const GRAPH = bytes(7, bytes(1, latin1('a node')));
const ONNX = Buffer.concat([integer(1, 8), bytes(2, latin1('pytorch')), GRAPH, bytes(8, integer(2, 13))]);

describe('what is read is known by content:', () => {
  test.each<[kind: string, title: string, start: Uint8Array]>([
    ['text', 'rows of text', latin1('1,2\n')],
    ['text', 'rows of text', Buffer.from(digits)],
    ['text', 'rows of text', latin1('GIF,BM,PK\n1,2,3\n')],
    ['text', 'rows of text', latin1('5 0 0 3 2\n')],
    ['text', 'rows of text', latin1('"{1}",2\n')],
    ['text', 'rows of text', latin1('PAR1,PAR2\n1,2\n')],
    ['text', 'rows of text', latin1('class\n7\n2\n')],
    ['text', 'rows of text', latin1('FEA1;FEA2\n')],
    ['text', 'rows of text', latin1('\xef\xbb\xbf"label","1x1","1x2","1x3","1x4"\n')],
    ['images', 'an IDX file', imagesIdx(1, 2, 2)],
    ['images', 'an IDX file', labelsIdx([1])],
    ['images', 'a NumPy array', npyBytes({ shape: [1], data: [7] })],
    ['images', 'NumPy arrays', zipOf('x_test.npy', 'y_test.npy')],
    ['picture', 'a PNG picture', latin1('\x89PNG\r\n\x1a\n')],
    ['picture', 'a JPEG picture', latin1('\xff\xd8\xff\xe0')],
    ['safetensors', 'a network in safetensors', writeOwnNetwork(openModel('sigmoid').network)],
    ['safetensors', 'a checkpoint of train', CHECKPOINT],
  ])('%s: %s', (kind, title, start) => {
    expect(contentOf(start)).toMatchObject({ kind, title });
  });
});

describe('what is not read is named, with what to do about it:', () => {
  const swapped = (text: string) => Buffer.from(text, 'utf16le').swap16();
  const padded = (text: string, at: number, rest: string) => latin1(text.padEnd(at, '\0') + rest);
  const utf8 = 'text in UTF-16; write it as UTF-8';
  test.each<[words: string, start: Uint8Array]>([
    ['a GIF picture; save it as a PNG', latin1('GIF89a')],
    ['a WebP picture; save it as a PNG', latin1('RIFF\x10\0\0\0WEBPVP8 ')],
    ['a BMP picture; save it as a PNG', latin1('BM\x46\0\0\0\0\0\0\0')],
    ['a TIFF picture; save it as a PNG', latin1('II*\0')],
    ['a HEIC picture; save it as a PNG', latin1('\0\0\0\x18ftypheic')],
    ['a PNM picture; save it as a PNG', latin1('P2\n# gimp\n28 28\n255\n')],
    ['an icon; save it as a PNG', latin1('\0\0\x01\0\x01\0\x10\x10')],
    ['a PDF document; save it as a PNG', latin1('%PDF-1.7')],
    ['an SVG drawing; save it as a PNG', latin1('<?xml version="1.0"?>\n<svg xmlns="">')],
    ['an Excel workbook; write it as CSV', zipOf('[Content_Types].xml', 'xl/workbook.xml')],
    ['an Excel workbook; write it as CSV', latin1('\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1')],
    ['an OpenDocument spreadsheet; write it as CSV', zipOf('mimetype', 'content.xml')],
    ['a Word document; check', zipOf('[Content_Types].xml', 'word/document.xml')],
    [
      'a ZIP archive of mnist/a.csv, mnist/b.csv; unpack it first',
      zipOf('mnist/', 'mnist/a.csv', 'mnist/b.csv'),
    ],
    ['xz; unpack it first', latin1('\xfd7zXZ\0')],
    ['bzip2; unpack it first', latin1('BZh91AY&SY')],
    ['Zstandard; unpack it first', latin1('\x28\xb5\x2f\xfd')],
    ['a 7z archive; unpack it first', latin1('7z\xbc\xaf\x27\x1c')],
    ['a tar archive; unpack it first', padded('t10k-images', 257, 'ustar\0')],
    ['a Parquet file; write it as CSV', latin1('PAR1\x15\x04')],
    ['an HDF5 file, as Keras saves networks; save its arrays with numpy.savez', latin1('\x89HDF\r\n\x1a\n')],
    ['a MATLAB file; save its arrays with numpy.savez', latin1('MATLAB 5.0 MAT-file, Platform: GLNXA64')],
    ['a Python pickle; save its arrays', latin1('\x80\x03}q\0(X\x02\0\0\0b2q\x01')],
    ['a Python pickle; save its arrays', latin1('\x80\x04\x95\x1a\0\0\0\0\0\0\0}')],
    ['a Python pickle; save its arrays', latin1("(dp0\nS'w'\np1\n")],
    ['an ONNX network; give images here, and a network with --model', ONNX],
    ['a PyTorch file; give images here', zipOf('archive/data.pkl', 'archive/data/0')],
    [
      'a PyTorch file; give images here',
      latin1('\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.'),
    ],
    ['a TorchScript network; give images here', zipOf('m/data.pkl', 'm/constants.pkl')],
    ['a Keras network; give images here', zipOf('metadata.json', 'config.json', 'model.weights.h5')],
    ['a GGUF network; give images here', latin1('GGUF\x03\0\0\0')],
    ['a TensorFlow Lite network; give images here', latin1('\x1c\0\0\0TFL3')],
    ['a network in safetensors; give images here', writeOwnNetwork(openModel('sigmoid').network)],
    [
      'a network in JSON, with its sizes; give images here',
      latin1('{"sizes": [784, 16, 10], "weights": [[['),
    ],
    ['a network in JSON; give images here', latin1('{"weights": [[[')],
    ['the state dict of a PyTorch network in JSON', latin1('{\n  "fc1.weight": [[1]]}')],
    ['a TensorFlow.js network', latin1('{"format":"layers-model","generatedBy":"keras"}')],
    ['the architecture of a Keras network', latin1('{"class_name": "Sequential", "config": {}}')],
    ['the index of a network in several files', latin1('{"metadata": {}, "weight_map": {}}')],
    ['a Jupyter notebook; check', latin1('{\n "cells": []}')],
    ['what digitflow wrote (digitflow.evaluation)', latin1('{"schema": "digitflow.evaluation/1"}')],
    ['JSON that begins with [{"label": 7}]; write it as CSV', latin1('[{"label": 7}]')],
    ['an ARFF file; write it as CSV', latin1('% MNIST\n%\n@RELATION mnist_784\n')],
    ['rows in the format of libsvm; write it as CSV', latin1('5 153:0.01 154:0.07 155:0.07\n')],
    ['an HTML page saved under this name; get the file', latin1('\n<!DOCTYPE html>\n<html>')],
    ["a server's error message saved under this name", latin1('<?xml version="1.0"?><Error><Code>')],
    ["a server's answer saved under this name; get the file again", latin1('404: Not Found')],
    [
      'a Git LFS pointer in place of the file; run git lfs pull',
      latin1('version https://git-lfs.github.com/spec/v1\n'),
    ],
    ['a git-annex pointer in place of the file; run git annex get', latin1('/annex/objects/SHA256E-s1')],
    [utf8, Buffer.from(`\ufeff${digits}`, 'utf16le')],
    [utf8, swapped(`\ufeff${digits}`)],
    [utf8, Buffer.from(digits, 'utf16le')],
    [utf8, swapped(digits)],
    ['text in UTF-32; write it as UTF-8', Buffer.from('\ufeff\x001\0,\0', 'utf16le')],
    ['an IDX file whose numbers are little-endian; write them big-endian', Buffer.of(3, 8, 0, 0, 1, 0, 0, 0)],
    ['nothing but zeros', new Uint8Array(64)],
    ['binary data that begins with 0x610062', latin1('a\0b')],
    ['binary data that begins with 0x312c322c332c342c', latin1('1,2,3,4,5,6\n\0')],
    ['no bytes at all', new Uint8Array(0)],
  ])('%s', (words, start) => {
    expect(unexpected('images', 'images', contentOf(start))).toContain(`expected images, found ${words}`);
  });

  test.each<[words: string, start: Uint8Array]>([
    [
      'a GGUF network; save the PyTorch network that it was made of with torch.save(model.state_dict(), ...)',
      latin1('GGUF\x03\0\0\0'),
    ],
    [
      'a TensorFlow Lite network; save the Keras model that it was made of with model.save, or convert it',
      latin1('\x1c\0\0\0TFL3'),
    ],
    ['a MATLAB file; export the network in MATLAB with exportONNXNetwork', latin1('MATLAB 5.0 MAT-file')],
    [
      'a TensorFlow network; convert its folder: python -m tf2onnx.convert --saved-model',
      latin1('\x08\x01\x12\x05serve'),
    ],
    [
      "a TorchScript network; save its weights with torch.save(torch.jit.load('model.pt').state_dict()",
      zipArchive([
        { name: 'm/data.pkl', content: new Uint8Array() },
        { name: 'm/constants.pkl', content: new Uint8Array() },
      ]),
    ],
    [
      'a Deeplearning4j network; save each array of model.paramTable() with Nd4j.writeAsNumpy',
      zipArchive([{ name: 'coefficients.bin', content: new Uint8Array() }]),
    ],
    [
      "the architecture of a Keras network, without its weights; save both with model.save('model.keras')",
      latin1('{"class_name": "Sequential", "config": {}}'),
    ],
    [
      'the configuration of a network, without its weights; give the file of',
      latin1('{"architectures": []}'),
    ],
    ['the index of a network in several files; save it in one', latin1('{"metadata": {}, "weight_map": {}}')],
    ['an HTML page saved under this name; get the file that it leads to', latin1('<!doctype html><html>')],
    ['gzip; unpack it first', Buffer.of(0x1f, 0x8b, 8)],
    ['an IDX file; give sigmoid, relu, or the path of a file, and images before it', imagesIdx(1, 2, 2)],
    ['a PNG picture; give sigmoid, relu, or the path of a file', latin1('\x89PNG\r\n\x1a\n')],
    ['a checkpoint of train; go on with it by train --resume', CHECKPOINT],
  ])('as a network: %s', (words, start) => {
    expect(unexpected('network', 'a network', contentOf(start))).toContain(
      `expected a network, found ${words}`,
    );
  });
});

test('any bytes are something, in one line', () => {
  const starts = ['', '\x08\x07\x12', 'PK\x03\x04', '{"a":', '\x10\0\0\0\0\0\0\0{', '\0\0', '\x80\x02'];
  const bytes = fc.tuple(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 200 }));
  fc.assert(
    fc.property(bytes, ([start, rest]) => {
      const content = contentOf(Buffer.concat([latin1(start), rest]));
      expect(unexpected('network', 'a network', content)).toMatch(
        /^expected a network, found [ -~]+; [ -~]+$/,
      );
    }),
    { numRuns: 2000 },
  );
});

test('what a file says of itself stays on one line', () => {
  expect(contentOf(zipOf('a\nb\u001b[2J.csv')).title).toBe('a ZIP archive of a b [2J.csv');
  expect(contentOf(latin1('{"a\n\u001b": 1}')).title).toBe('JSON that begins with {"a ": 1}');
});

test('bytes that only begin like ONNX are not called so', () => {
  const fieldOfNoModel = integer(9, 1);
  for (const start of [
    latin1('\x08\x07\x12\xffabc'),
    Buffer.concat([integer(1, 8), fieldOfNoModel, GRAPH]),
    Buffer.concat([integer(1, 0), GRAPH]),
    GRAPH,
    ONNX.subarray(0, 11),
    // A length that no number of 64 bits holds.
    Buffer.concat([integer(1, 8), Buffer.of(0x12), Buffer.alloc(12, 0xff)]),
  ]) {
    expect(contentOf(start).title).not.toContain('ONNX');
  }
});
