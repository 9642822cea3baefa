/** `--plan`: the dispatches of one training step of each config. */
import { describeConfig } from './configs.ts';
import type { Hosts } from './host.ts';
import type { Config } from './protocol.ts';
import type { Report } from './sections.ts';
import type { Rows } from './table.ts';
import { named } from './turns.ts';

interface PlanLine {
  readonly kernel: string;
  readonly workgroups: string;
  readonly count: number;
}

export async function planReport(configs: readonly Config[], hosts: Hosts): Promise<Report> {
  const plans = [];
  for (const config of configs) plans.push({ config, lines: await planOf(config, hosts) });
  const rows: Rows = plans.flatMap(({ config, lines }) => [
    ...lines.map(({ kernel, workgroups, count }) => [config.name, kernel, workgroups, String(count)]),
    [config.name, 'all', '', String(lines.reduce((sum, { count }) => sum + count, 0))],
  ]);
  const head = ['config', 'kernel', 'workgroups', 'dispatches per step'];
  const about = configs.map((config) => `- ${describeConfig(config)}`).join('\n');
  const section = { id: 'plan', title: 'Dispatches of a training step', about, blocks: [[head, ...rows]] };
  return { sections: [section], data: plans };
}

async function planOf(config: Config, hosts: Hosts): Promise<PlanLine[]> {
  const host = await hosts.open();
  try {
    await host.load('gatewise');
    const dispatches = (await named('gatewise', () => host.call('gatewise', 'plan', config))) ?? [];
    return groupDispatches(dispatches);
  } finally {
    await host.close();
  }
}

/** Kernels in the order in which they first run; those of single time steps are counted as one kernel. */
export function groupDispatches(
  dispatches: readonly { readonly label: string; readonly workgroups: readonly number[] }[],
): PlanLine[] {
  const lines = new Map<string, PlanLine>();
  for (const dispatch of dispatches) {
    const kernel = dispatch.label.replace(/ t=\d+$/, '');
    const workgroups = dispatch.workgroups.join(' x ');
    const key = `${kernel} ${workgroups}`;
    lines.set(key, { kernel, workgroups, count: (lines.get(key)?.count ?? 0) + 1 });
  }
  return [...lines.values()];
}
