/** What a look at the bias before training says; downloaded with the first look. */
import { html, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { formatWeight } from '../format.ts';
import { allOnes, biasQuarters } from '../gate-guide.ts';
import { trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { msg } from '../words.ts';
import { gateName } from './gate-words.ts';

export class GateCueSaid extends SignalElement {
  protected override render(): TemplateResult {
    return html`${said()}`;
  }
}

/** What the bias shows, worked out from the numbers of the kernel's own buffer. */
function said(): TemplateResult | string {
  const shown = trace.value;
  if (shown === null || shown.epoch > 0) return msg('The bias is being read.');
  const { bias } = shown.weights;
  const quarters = biasQuarters(bias);
  const [key, ...more] = allOnes(quarters);
  if (key === undefined || more.length > 0)
    return msg(
      'Here no single quarter of the bias is exactly 1: these weights do not begin as Keras begins.',
    );
  const units = bias.length / GATES.length;
  const at = GATES.findIndex((gate) => gate.key === key);
  const others = quarters.filter(({ gate }) => gate !== key);
  const [least, most] = [
    Math.min(...others.map((one) => one.least)),
    Math.max(...others.map((one) => one.most)),
  ];
  return msg(
    html`Before training every number of <code>bias[${at * units}:${(at + 1) * units}]</code> is exactly 1, and all others lie between ${formatWeight(least)} and ${formatWeight(most)}. A gate near 1 keeps the memory, so that quarter is ${gateName(key)}, and the same columns of kernel and recurrent_kernel are too.`,
  );
}
