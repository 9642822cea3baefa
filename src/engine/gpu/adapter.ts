/** What an adapter is, and what of it a device asks for. */

/** Limits worth asking for beyond WebGPU's defaults when the adapter has them; the engine works without. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxComputeWorkgroupStorageSize',
] as const;

/** What is known of the adapter; fields may be empty (Firefox tells nothing). */
export interface GpuInfo {
  readonly vendor: string;
  readonly architecture: string;
  readonly description: string;
  /** A software adapter: right, but slow. */
  readonly isFallback: boolean;
  /** Threads of every subgroup, where shaders may use them: on software adapters alone; else 0. */
  readonly subgroupSize: number;
  /** One line for people. */
  readonly label: string;
}

export function wantedLimits(adapter: GPUAdapter): Record<string, number> {
  return Object.fromEntries(WANTED_LIMITS.map((name) => [name, adapter.limits[name]]));
}

/** @param withSubgroups asks for them where adapterInfo() would use them */
export function wantedFeatures(adapter: GPUAdapter, withSubgroups: boolean): GPUFeatureName[] {
  const wanted: GPUFeatureName[] = adapter.features.has('timestamp-query') ? ['timestamp-query'] : [];
  const { subgroupSize } = adapterInfo(adapter, adapter.features);
  return withSubgroups && subgroupSize > 0 ? [...wanted, 'subgroups'] : wanted;
}

/** @param features of the device that it gave */
export function adapterInfo({ info }: GPUAdapter, features: GPUSupportedFeatures): GpuInfo {
  const { vendor = '', architecture = '', description = '' } = info ?? {};
  const isFallback =
    info?.isFallbackAdapter === true || /swiftshader|llvmpipe/i.test(`${architecture} ${description}`);
  const words = description || [vendor, architecture].filter(Boolean).join(' ');
  const label = `${words || 'unnamed GPU'}${isFallback ? ' (software adapter)' : ''}`;
  const { subgroupMinSize: least = 0, subgroupMaxSize: most = -1 } = info ?? {};
  const subgroupSize = isFallback && features.has('subgroups') && least === most ? most : 0;
  return { vendor, architecture, description, isFallback, subgroupSize, label };
}
