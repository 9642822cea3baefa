/** The number in full under a table of a file's weights: of the file that is open. */
import { expect, it } from 'vitest';
import type { SlicedTensor } from '../../src/demo/keras/gate-tensors.ts';
import { slicedTensors } from '../../src/demo/keras/gate-tensors.ts';
import type { OpenedFile } from '../../src/demo/keras/jobs.ts';
import { numbersTable } from '../../src/demo/views/keras-numbers.ts';
import { inspectModel, type ModelFile } from '../../src/engine/keras/index.ts';
import { randomModel } from '../keras/support.ts';

interface Template {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

/** The tensors of a file with one LSTM. */
function file(): readonly SlicedTensor[] {
  const model = randomModel({ layers: [{ kind: 'lstm', units: 2, name: 'lstm' }] });
  const source = { fileName: 'a.keras', holds: 'model' };
  const opened = { source, model, stored: [], notes: [] } as unknown as ModelFile;
  return slicedTensors({ file: opened, inspection: inspectModel(opened), architecture: null } as OpenedFile);
}

/** What is bound where the template says so. */
function bound(template: Template, before: string): unknown {
  return template.values[template.strings.findIndex((part) => part.endsWith(before))];
}

it('is said of the file whose cell had the focus, not of another with tensors of the same names', () => {
  const [first, second] = [file(), file()];
  const path = first[0]?.tensor.path ?? '';
  const shown = (tensors: readonly SlicedTensor[]): Template =>
    numbersTable(tensors, path, 0, () => undefined) as unknown as Template;
  const words = (tensors: readonly SlicedTensor[]): unknown =>
    bound(shown(tensors), 'data-testid="keras-number">\n      ');
  const cell = {
    dataset: { row: '1', column: '0', full: '0.25' },
    closest: (selector: string) => (selector === 'table' ? null : cell),
    setAttribute: () => undefined,
  };

  (bound(shown(first), '@focusin=') as (event: unknown) => void)({ target: cell });

  expect(words(first)).toBe('Row 1, column 0 in full: 0.25');
  expect(words(second)).toMatch(/^Go to a number/);
});
