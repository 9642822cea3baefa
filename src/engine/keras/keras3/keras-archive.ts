/**
 * The `.keras` archive as Keras 3 loads it (keras-reference 2.2, 2.3): metadata.json, config.json, model.weights.h5, all
 * stored, and gatewise.json, which Keras ignores: the recipe of the training and SHA-256 sums of the other parts.
 */
import { badInput } from '../../core/errors.ts';
import { sha256Of } from '../bytes/sha256.ts';
import { writeZip } from '../bytes/zip-write.ts';
import type { KerasModel } from '../model/keras-model.ts';
import { checkExpressible } from './expressible.ts';
import { KERAS_VERSION, pythonJson } from './keras-json.ts';
import { writeWeightsH5 } from './weights-h5.ts';

const GATEWISE_FORMAT = 1;

/**
 * A model as a `.keras` file: architecture, weights, compile settings, optimizer state, recipe. Equal models with equal
 * dates give equal bytes.
 * @param dateSaved when it was saved; written in UTC
 * @throws GatewiseError when the model's parts do not fit each other, when Keras 3 cannot express it (hard_sigmoid of
 *   Keras 1 and 2), or when the HDF5 library cannot be loaded
 */
export async function writeKeras(
  model: KerasModel,
  dateSaved: Date = new Date(),
): Promise<Uint8Array<ArrayBuffer>> {
  if (Number.isNaN(dateSaved.getTime()))
    throw badInput('The date of saving is not a valid date. Pass new Date().');
  checkExpressible(model.config);

  const entries = [
    {
      name: 'metadata.json',
      bytes: encode({
        keras_version: KERAS_VERSION,
        date_saved: dateSaved.toISOString().slice(0, 19).replace('T', '@'),
      }),
    },
    {
      name: 'config.json',
      bytes: new TextEncoder().encode(configText(model)),
    },
    { name: 'model.weights.h5', bytes: await writeWeightsH5(model) },
  ];

  const recipe = model.recipe ?? null;
  const sha256: Record<string, string> = {};
  for (const { name, bytes } of entries) sha256[name] = await sha256Of(bytes);
  // The recipe's sum is over JSON.stringify of it: parsing and writing again gives the same text.
  sha256.recipe = await sha256Of(encode(recipe));
  const own = encode({ format: 'gatewise', version: GATEWISE_FORMAT, sha256, recipe });
  return writeZip([...entries, { name: 'gatewise.json', bytes: own }]);
}

function encode(value: unknown): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The text of config.json. */
function configText(model: KerasModel): string {
  return pythonJson({
    module: 'keras',
    class_name: 'Sequential',
    config: model.config,
    registered_name: null,
    build_config: { input_shape: model.config.build_input_shape },
    ...(model.compile ? { compile_config: model.compile } : {}),
  });
}
