/** `--kernels`: each kernel by itself beside the roofline of the adapter it runs on. */
import { describeConfig } from '../configs.ts';
import type { Host, Hosts } from '../host.ts';
import { detail, stage } from '../progress.ts';
import type { Config } from '../protocol.ts';
import { type Report, type Section, titleAt } from '../sections.ts';
import { named } from '../turns.ts';
import { type KernelTable, kernelRows, rooflineRows } from './kernel-rows.ts';
import type { Roofline } from './roofline.ts';
import type { Purpose } from './work-of.ts';

const TITLES: Readonly<Record<Purpose, string>> = { training: 'Training step', predict: 'Predict' };

const EXPLANATION =
  'Each kernel in a compute pass of its own: median, quartiles, share of the medians; rates from the least, as those of the yardsticks. Its operations and bytes are counted by formula (bench/kernels/work-of.ts: ' +
  'the least it has to compute and move), and held against the best plain register-tiled float32 product and the best plain copy ' +
  'that the same adapter reached in the same run. "-": a kernel without a formula. Over 100 % of the copy: it works from caches.';

export async function kernelsReport(
  configs: readonly Config[],
  hosts: Hosts,
  suffix: string,
): Promise<Report> {
  const host = await hosts.open();
  try {
    await host.load('gauge');
    const adapter = await host.call('gauge', 'adapter');
    stage('plain products and copies');
    const roofline = await named('roofline', () => host.call('gauge', 'roofline'));
    const tables: KernelTable[] = [];
    for (const config of configs) {
      stage(`${config.name}: timing kernels`);
      tables.push(...(await tablesOf(config, host)));
    }
    const section: Section = {
      id: `kernels${suffix}`,
      title: titleAt('Kernels and the roofline of their adapter', suffix),
      about: `${EXPLANATION}\n\n- Adapter: ${adapter}\n${configs.map((config) => `- ${describeConfig(config)}`).join('\n')}`,
      blocks: [rooflineRows(roofline), ...tables.flatMap((table) => blocksOf(table, roofline))],
    };
    return { sections: [section], data: { adapter, roofline, tables } };
  } finally {
    await host.close();
  }
}

async function tablesOf(config: Config, host: Host): Promise<KernelTable[]> {
  const tables: KernelTable[] = [];
  for (const purpose of ['training', 'predict'] as const) {
    detail(`${config.name}: ${purpose}`);
    const kernels = await named(`kernels at ${config.name}`, () =>
      host.call('gauge', 'kernels', config, purpose),
    );
    tables.push({ config, purpose, kernels });
  }
  return tables;
}

function blocksOf(table: KernelTable, roofline: Roofline): Section['blocks'] {
  return [`${TITLES[table.purpose]} at ${table.config.name}`, kernelRows(table, roofline)];
}
