/** What a step of Adam needs to know. */
export interface AdamSettings {
  readonly learningRate: number;
  /** How much of itself a parameter loses a step, times the learning rate; 0 for none. */
  readonly weightDecay: number;
}

const BETA_1 = 0.9;
const BETA_2 = 0.999;
const EPSILON = 1e-8;

/**
 * Adam with decoupled weight decay for one array of parameters: Kingma and Ba, arXiv:1412.6980; Loshchilov
 * and Hutter, arXiv:1711.05101. It holds the two running moments, so one instance belongs to one array.
 */
export class Adam {
  readonly #parameters: Float64Array;
  readonly #mean: Float64Array;
  readonly #square: Float64Array;
  // Running products in place of BETA ** step: `**` may round differently from one engine to the next.
  #power1 = 1;
  #power2 = 1;

  /** @param parameters changed in place by every step. */
  constructor(parameters: Float64Array) {
    this.#parameters = parameters;
    this.#mean = new Float64Array(parameters.length);
    this.#square = new Float64Array(parameters.length);
  }

  /** One step down `gradient * gradientScale`; the gradient is as long as the parameters. */
  step(gradient: Float64Array, gradientScale: number, { learningRate, weightDecay }: AdamSettings): void {
    this.#power1 *= BETA_1;
    this.#power2 *= BETA_2;
    const parameters = this.#parameters;
    const keep = 1 - learningRate * weightDecay;
    for (let p = 0; p < parameters.length; p++) {
      const g = gradient[p] * gradientScale;
      const mean = BETA_1 * this.#mean[p] + (1 - BETA_1) * g;
      const square = BETA_2 * this.#square[p] + (1 - BETA_2) * g * g;
      this.#mean[p] = mean;
      this.#square[p] = square;
      const step = mean / (1 - this.#power1) / (Math.sqrt(square / (1 - this.#power2)) + EPSILON);
      parameters[p] = keep * parameters[p] - learningRate * step;
    }
  }
}
