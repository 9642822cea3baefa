/** `--kernels`: the time of each kernel of a training step, by itself. */
import { describeConfig } from './configs.ts';
import type { Hosts } from './host.ts';
import { stage } from './progress.ts';
import type { Config, KernelTime } from './protocol.ts';
import type { Report } from './sections.ts';
import { summarize } from './statistics.ts';
import type { Rows } from './table.ts';
import { named } from './turns.ts';

export async function kernelsReport(
  configs: readonly Config[],
  hosts: Hosts,
  suffix: string,
): Promise<Report> {
  const results = [];
  for (const config of configs) {
    stage(`${config.name}: timing kernels`);
    results.push({ config, kernels: await timesOf(config, hosts) });
  }
  const blocks = results.flatMap(({ config, kernels }) => [describeConfig(config), kernelRows(kernels)]);
  const about = 'Every dispatch in a compute pass of its own, between two timestamps.';
  const section = { id: `kernels${suffix}`, title: "Kernels of gatewise's step", about, blocks };
  return { sections: [section], data: results };
}

async function timesOf(config: Config, hosts: Hosts): Promise<KernelTime[]> {
  const host = await hosts.open();
  try {
    await host.load('gatewise');
    return await named('gatewise', async () => {
      await host.call('gatewise', 'prepare', config);
      return (await host.call('gatewise', 'timeKernels')) ?? [];
    });
  } finally {
    await host.close();
  }
}

function kernelRows(kernels: readonly KernelTime[]): Rows {
  const summaries = kernels.map(({ microseconds }) => summarize(microseconds));
  const total = summaries.reduce((sum, { median }) => sum + median, 0);
  const rows = kernels.map(({ label, workgroups }, k) => {
    const { median = 0, low = 0, high = 0, least = 0 } = summaries[k] ?? {};
    const share = `${((100 * median) / total).toFixed(1)} %`;
    return [
      label,
      workgroups.join(' x '),
      median.toFixed(1),
      share,
      `${low.toFixed(1)} .. ${high.toFixed(1)}`,
      least.toFixed(1),
    ];
  });
  const sum = ['all', '', total.toFixed(1), '', '', ''];
  return [['kernel', 'workgroups', 'microseconds', 'share', 'quartiles', 'least'], ...rows, sum];
}
