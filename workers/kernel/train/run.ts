import { LayerEntry, layerAt } from '../common/layer';
import * as RUN from '../common/run-offsets';

/** One run of a training, as it lies in shared memory; src/training/ writes it before each epoch. See run-offsets.ts. */
@unmanaged
export class Run {
  get layerCount(): i32 { return load<i32>(changetype<usize>(this), RUN.layerCount); }
  get inputs(): i32 { return load<i32>(changetype<usize>(this), RUN.inputs); }
  get classes(): i32 { return load<i32>(changetype<usize>(this), RUN.classes); }
  get loss(): i32 { return load<i32>(changetype<usize>(this), RUN.loss); }
  get optimizer(): i32 { return load<i32>(changetype<usize>(this), RUN.optimizer); }
  get height(): i32 { return load<i32>(changetype<usize>(this), RUN.height); }
  get width(): i32 { return load<i32>(changetype<usize>(this), RUN.width); }
  get positionTable(): usize { return load<usize>(changetype<usize>(this), RUN.positionTable); }
  get constants(): usize { return load<usize>(changetype<usize>(this), RUN.constants); }
  get pixels(): usize { return load<usize>(changetype<usize>(this), RUN.pixels); }
  get labels(): usize { return load<usize>(changetype<usize>(this), RUN.labels); }
  get hasRecords(): i32 { return load<i32>(changetype<usize>(this), RUN.hasRecords); }
  get starts(): usize { return load<usize>(changetype<usize>(this), RUN.starts); }
  get records(): usize { return load<usize>(changetype<usize>(this), RUN.records); }
  get parameters(): usize { return load<usize>(changetype<usize>(this), RUN.parameters); }
  get gradients(): usize { return load<usize>(changetype<usize>(this), RUN.gradients); }
  get means(): usize { return load<usize>(changetype<usize>(this), RUN.means); }
  get squares(): usize { return load<usize>(changetype<usize>(this), RUN.squares); }
  get averages(): usize { return load<usize>(changetype<usize>(this), RUN.averages); }
  get parameterBytes(): usize { return load<usize>(changetype<usize>(this), RUN.parameterBytes); }
  get weightBytes(): usize { return load<usize>(changetype<usize>(this), RUN.weightBytes); }
  get order(): usize { return load<usize>(changetype<usize>(this), RUN.order); }
  get steps(): usize { return load<usize>(changetype<usize>(this), RUN.steps); }
  get zeros(): usize { return load<usize>(changetype<usize>(this), RUN.zeros); }
  get ring(): usize { return load<usize>(changetype<usize>(this), RUN.ring); }
  get stopFlag(): usize { return load<usize>(changetype<usize>(this), RUN.stopFlag); }
  get threads(): i32 { return load<i32>(changetype<usize>(this), RUN.threads); }
  get tileCount(): i32 { return load<i32>(changetype<usize>(this), RUN.tileCount); }
  get ringTiles(): i32 { return load<i32>(changetype<usize>(this), RUN.ringTiles); }
  get ready(): usize { return load<usize>(changetype<usize>(this), RUN.ready); }
  get tiles(): usize { return load<usize>(changetype<usize>(this), RUN.tiles); }
  get tileBytes(): usize { return load<usize>(changetype<usize>(this), RUN.tileBytes); }
  get offsets(): usize { return load<usize>(changetype<usize>(this), RUN.offsets); }
  get brightnesses(): usize { return load<usize>(changetype<usize>(this), RUN.brightnesses); }
  get begins(): usize { return load<usize>(changetype<usize>(this), RUN.begins); }
  get tileLabels(): usize { return load<usize>(changetype<usize>(this), RUN.tileLabels); }
  get tilePixels(): usize { return load<usize>(changetype<usize>(this), RUN.tilePixels); }
  get positions(): usize { return load<usize>(changetype<usize>(this), RUN.positions); }
  get values(): usize { return load<usize>(changetype<usize>(this), RUN.values); }
  get vectors(): usize { return load<usize>(changetype<usize>(this), RUN.vectors); }
  get quads(): usize { return load<usize>(changetype<usize>(this), RUN.quads); }
  get framed(): usize { return load<usize>(changetype<usize>(this), RUN.framed); }
  get box(): usize { return load<usize>(changetype<usize>(this), RUN.box); }
  get trainingCount(): i32 { return load<i32>(changetype<usize>(this), RUN.trainingCount); }
  get batchSize(): i32 { return load<i32>(changetype<usize>(this), RUN.batchSize); }
  get augmented(): i32 { return load<i32>(changetype<usize>(this), RUN.augmented); }
  get key0(): u32 { return load<u32>(changetype<usize>(this), RUN.key0); }
  get key1(): u32 { return load<u32>(changetype<usize>(this), RUN.key1); }
  get rotation(): f32 { return load<f32>(changetype<usize>(this), RUN.rotation); }
  get scale(): f32 { return load<f32>(changetype<usize>(this), RUN.scale); }
  get shear(): f32 { return load<f32>(changetype<usize>(this), RUN.shear); }
  get shift(): f32 { return load<f32>(changetype<usize>(this), RUN.shift); }
  get bend(): f32 { return load<f32>(changetype<usize>(this), RUN.bend); }
  get smoothing(): f32 { return load<f32>(changetype<usize>(this), RUN.smoothing); }
  get clip(): f32 { return load<f32>(changetype<usize>(this), RUN.clip); }
  get beta1(): f32 { return load<f32>(changetype<usize>(this), RUN.beta1); }
  get beta2(): f32 { return load<f32>(changetype<usize>(this), RUN.beta2); }
  get epsilon(): f32 { return load<f32>(changetype<usize>(this), RUN.epsilon); }
  get lossSum(): f64 { return load<f64>(changetype<usize>(this), RUN.lossSum); }
  get correct(): i32 { return load<i32>(changetype<usize>(this), RUN.correct); }
  set lossSum(value: f64) { store<f64>(changetype<usize>(this), value, RUN.lossSum); }
  set correct(value: i32) { store<i32>(changetype<usize>(this), value, RUN.correct); }

  layer(index: i32): LayerEntry { return layerAt(changetype<usize>(this) + RUN.bytes, index); }
}
