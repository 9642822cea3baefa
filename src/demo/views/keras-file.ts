/** The card of a model file: what it is by its content, what was converted or looks wrong, its layers, what lies in it. */
import { html, nothing, type TemplateResult } from 'lit';
import type { FileSource, InspectedLayer, Inspection } from '../../engine/keras/index.ts';
import { formatCount, formatPlural, formatShape } from '../format.ts';
import type { OpenedFile } from '../keras/jobs.ts';
import { closeModels } from '../keras/state.ts';

const CONTAINERS: Readonly<Record<FileSource['container'], string>> = {
  hdf5: 'an HDF5 file',
  keras: 'a .keras archive',
  npz: 'an archive of NumPy arrays',
  json: 'a JSON file',
  tfjs: 'a TensorFlow.js layers model',
  safetensors: 'a safetensors file',
  onnx: 'an ONNX model',
};

const GENERATIONS: Readonly<Record<FileSource['generation'], string>> = {
  keras1: 'Keras 1',
  keras2: 'Keras 2',
  'tf.keras': 'tf.keras',
  keras3: 'Keras 3',
  tfjs: 'TensorFlow.js',
  pytorch: 'PyTorch',
  onnx: 'an ONNX exporter',
  unknown: 'an unknown program',
};

const HOLDS: Readonly<Record<FileSource['holds'], string>> = {
  model: 'with a whole model',
  weights: 'with weights only',
  architecture: 'with an architecture only',
};

/** Most layers and tensors listed; deep stacks are cut with a note. */
const MOST_LISTED = 200;

export function filePart({ inspection }: OpenedFile): TemplateResult {
  const { source, layers, parameters, warnings, notes, forgetBias } = inspection;
  return html`
    <div class="card keras-file" data-testid="keras-file">
      <div class="note-row">
        <div>
          <p class="card-label">Model file</p>
          <h3 class="card-title" data-testid="keras-name">${source.fileName}</h3>
        </div>
        <button class="button button-small" type="button" data-testid="keras-close" @click=${closeModels}>Close</button>
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
  const version = kerasVersion === null ? '' : `, version ${kerasVersion}`;
  const on = backend === null ? '' : `, backend ${backend}`;
  const written =
    generation === 'unknown' ? 'who wrote it, it does not say' : `of ${GENERATIONS[generation]}`;
  const words = `${CONTAINERS[container]} ${HOLDS[holds]}, ${written}${version}${on}.`;
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function trainingWords({ compile, optimizer }: Inspection): string {
  if (compile === null) return 'It has no compile settings.';
  const loss = typeof compile.loss === 'string' ? compile.loss : compile.loss.class_name;
  const state =
    optimizer === null
      ? 'without an optimizer state'
      : `with its optimizer after ${formatPlural(optimizer.iterations, 'step')}`;
  return `Compiled with ${compile.optimizer.class_name} and ${loss}, ${state}.`;
}

function sentences(all: readonly string[], id: string, classes: string): TemplateResult | typeof nothing {
  return all.length === 0
    ? nothing
    : html`<ul class=${classes} data-testid=${id}>${all.map((one) => html`<li>${one}</li>`)}</ul>`;
}

function layersTable(layers: readonly InspectedLayer[]): TemplateResult {
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label="Layers of the file">
      <table data-testid="keras-layers">
        <thead>
          <tr>
            <th scope="col">layer</th>
            <th scope="col">class</th>
            <th scope="col">output</th>
            <th scope="col">parameters</th>
            <th scope="col" class="keras-settings">settings</th>
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
const OLD_HARD_SIGMOID =
  'hard_sigmoid_keras2 is the hard_sigmoid of Keras 1 and 2, clip(0.2x + 0.5, 0, 1). Keras 3 means clip(x/6 + 0.5, 0, 1) by hard_sigmoid, and computes other numbers from such a file without a warning.';

function activationNotes(layers: readonly InspectedLayer[]): string[] {
  return layers.some((layer) => settingWords(layer).includes('hard_sigmoid_keras2'))
    ? [OLD_HARD_SIGMOID]
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
      <summary>What lies in the file: ${formatPlural(stored.length, 'array')}</summary>
      <div class="table-region" tabindex="0" role="region" aria-label="Arrays in the file">
        <table data-testid="keras-stored">
          <thead>
            <tr>
              <th scope="col">name in the file</th>
              <th scope="col">type</th>
              <th scope="col">shape</th>
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
      ${stored.length > MOST_LISTED ? html`<p class="field-hint">The first ${MOST_LISTED} are listed.</p>` : nothing}
    </details>
  `;
}
