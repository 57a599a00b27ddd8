import * as LAYER from './layer-offsets';

/** A layer of a placed network or of a run, as it lies in shared memory. See layer-offsets.ts. */
@unmanaged
export class LayerEntry {
  get inputs(): i32 { return load<i32>(changetype<usize>(this), LAYER.inputs); }
  get outputs(): i32 { return load<i32>(changetype<usize>(this), LAYER.outputs); }
  get paddedOutputs(): i32 { return load<i32>(changetype<usize>(this), LAYER.paddedOutputs); }
  get activation(): i32 { return load<i32>(changetype<usize>(this), LAYER.activation); }
  get weights(): usize { return load<usize>(changetype<usize>(this), LAYER.weights); }
  get biases(): usize { return load<usize>(changetype<usize>(this), LAYER.biases); }
  get scales(): usize { return load<usize>(changetype<usize>(this), LAYER.scales); }
  get activations(): usize { return load<usize>(changetype<usize>(this), LAYER.activations); }
  get deltas(): usize { return load<usize>(changetype<usize>(this), LAYER.deltas); }
  get rows(): usize { return load<usize>(changetype<usize>(this), LAYER.rows); }
}

// @ts-ignore: decorator
@inline export function layerAt(entries: usize, index: i32): LayerEntry {
  return changetype<LayerEntry>(entries + <usize>(index * LAYER.bytes));
}
