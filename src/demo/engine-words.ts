/**
 * Sentences of the engine's errors that a visitor can meet, as they stand in the engine: from here, engine-data-words.ts and
 * engine-file-words.ts they come into the table of words, where their Chinese is. The page finds it by the pieces that an error
 * brings along (told-error.ts). Nothing of these files is downloaded. test/unit/page-engine-words.test.ts holds them to the engine.
 */
import { str, type Told, told } from './words.ts';

/** What the engine puts there. */
const gap = '';

/** Of gpu/device.ts. */
export const DEVICE_WORDS: readonly Told[] = [
  told(
    str`The GPU adapter was found but gave no device (${gap}). Close other pages that use the GPU, then try again.`,
  ),
  told(
    'WebGPU is only offered to secure pages and this page is not one. Open it over https:// or at http://localhost.',
  ),
  told(
    'This browser or runtime offers no WebGPU (navigator.gpu is missing). Use Chrome or Edge 113+, Safari 26+ or Firefox 141+ on Windows; in Node pass { gpu } from the npm package "webgpu".',
  ),
  told(
    str`WebGPU is there but offers no adapter (${gap}). Update the graphics driver, switch on hardware acceleration, or start the browser with a software adapter.`,
  ),
  told(
    str`The GPU device was lost (${gap}). What lay on it is gone: ask for a new one with requestGpu(), build the model again and set its last saved weights.`,
  ),
  told('This GPU device was disposed. Ask for a new one with requestGpu().'),
  told(
    str`The buffer "${gap}" needs ${gap} but this GPU allows ${gap}. Use a smaller batch, fewer time steps or fewer units.`,
  ),
  told(str`The GPU refused a command (${gap}). This is a fault of gatewise, please report it.`),
  told(
    'The GPU has no memory left for this model. Use a smaller batch, fewer time steps or fewer units, or close other programs that use the GPU.',
  ),
];
