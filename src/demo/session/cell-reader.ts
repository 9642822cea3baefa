/** Reads one number of the parameter buffer back: four bytes, on demand, never while nothing is asked. */

export class CellReader {
  readonly #device: GPUDevice;
  readonly #parameters: GPUBuffer;
  readonly #staging: GPUBuffer;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(device: GPUDevice, parameters: GPUBuffer) {
    this.#device = device;
    this.#parameters = parameters;
    this.#staging = device.createBuffer({
      label: 'cellReader.staging',
      size: 4,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
  }

  /** @param offset in floats; NaN comes back for an offset outside the buffer or a lost device */
  read(offset: number): Promise<number> {
    const next = this.#queue.then(() => this.#read(offset));
    this.#queue = next.catch(() => undefined);
    return next.catch(() => Number.NaN);
  }

  dispose(): void {
    this.#staging.destroy();
  }

  async #read(offset: number): Promise<number> {
    if (!Number.isInteger(offset) || offset < 0 || offset * 4 + 4 > this.#parameters.size) {
      return Number.NaN;
    }
    const encoder = this.#device.createCommandEncoder({ label: 'cellReader' });
    encoder.copyBufferToBuffer(this.#parameters, offset * 4, this.#staging, 0, 4);
    this.#device.queue.submit([encoder.finish()]);
    await this.#staging.mapAsync(GPUMapMode.READ);
    const value = new Float32Array(this.#staging.getMappedRange())[0] ?? Number.NaN;
    this.#staging.unmap();
    return value;
  }
}
