/** The card of a model file: what it is by its content, what was converted or looks wrong, its layers, what lies in it. */

import { html, nothing, type TemplateResult } from 'lit';
import type { FileSource, InspectedLayer, Inspection } from '../../engine/keras/index.ts';
import { formatCount, formatPlural, formatShape } from '../format.ts';
import type { OpenedFile } from '../keras/jobs.ts';
import { closeModels } from '../keras/state.ts';
import { msg, str } from '../words.ts';

const CONTAINERS: Readonly<Record<FileSource['container'], string>> = {
  get hdf5() {
    return msg('an HDF5 file');
  },
  get keras() {
    return msg('a .keras archive');
  },
  get npz() {
    return msg('an archive of NumPy arrays');
  },
  get json() {
    return msg('a JSON file');
  },
  get tfjs() {
    return msg('a TensorFlow.js layers model');
  },
  get safetensors() {
    return msg('a safetensors file');
  },
  get onnx() {
    return msg('an ONNX model');
  },
};

const GENERATIONS: Readonly<Record<FileSource['generation'], string>> = {
  keras1: 'Keras 1',
  keras2: 'Keras 2',
  'tf.keras': 'tf.keras',
  keras3: 'Keras 3',
  tfjs: 'TensorFlow.js',
  pytorch: 'PyTorch',
  get onnx() {
    return msg('an ONNX exporter');
  },
  get unknown() {
    return msg('an unknown program');
  },
};

const HOLDS: Readonly<Record<FileSource['holds'], string>> = {
  get model() {
    return msg('with a whole model');
  },
  get weights() {
    return msg('with weights only');
  },
  get architecture() {
    return msg('with an architecture only');
  },
};

/** Most layers and tensors listed; deep stacks are cut with a note. */
const MOST_LISTED = 200;

export function filePart({ inspection }: OpenedFile): TemplateResult {
  const { source, layers, parameters, warnings, notes, forgetBias } = inspection;
  return html`
    <div class="card keras-file" data-testid="keras-file">
      <div class="note-row">
        <div>
          <p class="card-label">${msg('Model file')}</p>
          <h3 class="card-title" data-testid="keras-name">${source.fileName}</h3>
        </div>
        <button class="button button-small" type="button" data-testid="keras-close" @click=${closeModels}>${msg('Close')}</button>
      </div>
      <p class="card-text" data-testid="keras-what">
        ${whatItIs(source)} ${formatPlural(layers.length, 'layer')}, ${formatPlural(parameters, 'parameter')}.
        ${trainingWords(inspection)}
      </p>
      ${sentences(warnings, 'keras-warnings', 'card-notes keras-warnings')}
      ${sentences([...notes, ...activationNotes(layers)], 'keras-notes', 'card-notes')} ${layersTable(layers)}
      ${sentences(forgetBias, 'keras-forget-bias', 'card-notes')} ${storedPart(inspection)}
    </div>
  `;
}

function whatItIs({ container, generation, kerasVersion, backend, holds }: FileSource): string {
  const version = kerasVersion === null ? '' : msg(str`, version ${kerasVersion}`);
  const on = backend === null ? '' : msg(str`, backend ${backend}`);
  const written =
    generation === 'unknown' ? msg('who wrote it, it does not say') : msg(str`of ${GENERATIONS[generation]}`);
  const words = `${CONTAINERS[container]} ${HOLDS[holds]}, ${written}${version}${on}.`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function trainingWords({ compile, optimizer }: Inspection): string {
  if (compile === null) return msg('It has no compile settings.');
  const loss = typeof compile.loss === 'string' ? compile.loss : compile.loss.class_name;
  const state =
    optimizer === null
      ? msg('without an optimizer state')
      : msg(str`with its optimizer after ${formatPlural(optimizer.iterations, 'step')}`);
  return msg(str`Compiled with ${compile.optimizer.class_name} and ${loss}, ${state}.`);
}

function sentences(all: readonly string[], id: string, classes: string): TemplateResult | typeof nothing {
  return all.length === 0
    ? nothing
    : html`<ul class=${classes} data-testid=${id}>${all.map((one) => html`<li>${one}</li>`)}</ul>`;
}

function layersTable(layers: readonly InspectedLayer[]): TemplateResult {
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Layers of the file')}>
      <table data-testid="keras-layers">
        <thead>
          <tr>
            <th scope="col">${msg('layer')}</th>
            <th scope="col">${msg('class')}</th>
            <th scope="col">${msg('output')}</th>
            <th scope="col">${msg('parameters')}</th>
            <th scope="col" class="keras-settings">${msg('settings')}</th>
          </tr>
        </thead>
        <tbody>
          ${layers.slice(0, MOST_LISTED).map(
            (layer) => html`<tr>
              <th scope="row">${layer.name}</th>
              <td>${layer.className}</td>
              <td>${formatShape([null, ...layer.output])}</td>
              <td>${formatCount(layer.parameters)}</td>
              <td class="keras-settings">${settingWords(layer)}</td>
            </tr>`,
          )}
        </tbody>
      </table>
    </div>
  `;
}

/** What the name in the settings means: the one activation whose name changed its meaning. */
const oldHardSigmoid = (): string =>
  msg(
    'hard_sigmoid_keras2 is the hard_sigmoid of Keras 1 and 2, clip(0.2x + 0.5, 0, 1). Keras 3 means clip(x/6 + 0.5, 0, 1) by hard_sigmoid, and computes other numbers from such a file without a warning.',
  );

function activationNotes(layers: readonly InspectedLayer[]): string[] {
  return layers.some((layer) => settingWords(layer).includes('hard_sigmoid_keras2'))
    ? [oldHardSigmoid()]
    : [];
}

/** `units 32, recurrent_activation hard_sigmoid_keras2, ...` */
function settingWords({ settings }: InspectedLayer): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(', ');
}

function storedPart({ stored }: Inspection): TemplateResult {
  return html`
    <details>
      <summary>${msg(html`What lies in the file: ${formatPlural(stored.length, 'array')}`)}</summary>
      <div class="table-region" tabindex="0" role="region" aria-label=${msg('Arrays in the file')}>
        <table data-testid="keras-stored">
          <thead>
            <tr>
              <th scope="col">${msg('name in the file')}</th>
              <th scope="col">${msg('type')}</th>
              <th scope="col">${msg('shape')}</th>
            </tr>
          </thead>
          <tbody>
            ${stored.slice(0, MOST_LISTED).map(
              ({ path, dtype, shape }) => html`<tr>
                <th scope="row">${path}</th>
                <td>${dtype}</td>
                <td>${formatShape(shape)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
      ${stored.length > MOST_LISTED ? html`<p class="field-hint">${msg(html`The first ${MOST_LISTED} are listed.`)}</p>` : nothing}
    </details>
  `;
}
