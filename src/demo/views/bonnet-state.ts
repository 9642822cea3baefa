/** What the session last said of device, plan and kernels; shared by the views under the bonnet. */
import { signal } from '@preact/signals-core';
import type { BonnetReport } from '../protocol.ts';

export const bonnet = signal<BonnetReport | null>(null);
