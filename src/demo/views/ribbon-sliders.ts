/** From where the 3D drawing is looked at: how far it is raised from the flat map, and the camera's turn, tilt and distance. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { type Camera, FIRST_CAMERA, LIMITS } from '../draw/ribbon-camera.ts';
import { msg, str } from '../words.ts';
import { LIFTS, lifted } from './time-state.ts';

export const camera = signal<Camera>(FIRST_CAMERA);

const SLIDERS = [
  {
    part: 'turn',
    get label() {
      return msg('Turn');
    },
    step: 1,
    words: degrees,
  },
  {
    part: 'tilt',
    get label() {
      return msg('Tilt');
    },
    step: 1,
    words: degrees,
  },
  {
    part: 'distance',
    get label() {
      return msg('Distance');
    },
    step: 0.1,
    words: (value: number) => value.toFixed(1),
  },
] as const;

export function isFlat(): boolean {
  return lifted.value === 0;
}

export function toFirstView(): void {
  camera.value = FIRST_CAMERA;
  lifted.value = LIFTS;
}

/** From the flat map to the field of bars and back, in steps: nothing moves by itself. */
export function liftSlider(): TemplateResult {
  const value = lifted.value;
  const words = value === 0 ? msg('flat map') : value === LIFTS ? msg('3D') : msg(str`${value} of ${LIFTS}`);
  return html`<label class="ribbon-slider ribbon-lift">
    <span>${msg('Flat to 3D')}</span>
    <input
      type="range"
      min="0"
      max=${LIFTS}
      step="1"
      .value=${String(value)}
      aria-valuetext=${words}
      data-testid="ribbon-lift"
      @input=${(event: Event) => {
        lifted.value = Number((event.target as HTMLInputElement).value);
      }}
    />
    <span>${words}</span>
  </label>`;
}

/** Where the camera stands; off over the flat map, which looks the same from anywhere. */
export function cameraSliders(): TemplateResult[] {
  return SLIDERS.map(slider);
}

function slider({ part, label, step, words }: (typeof SLIDERS)[number]): TemplateResult {
  const value = camera.value[part];
  const [low, high] = LIMITS[part];
  return html`<label
    class="ribbon-slider"
    title=${isFlat() ? msg('The flat map is seen from straight above: Flat to 3D raises it.') : nothing}
  >
    <span>${label}</span>
    <input
      type="range"
      min=${low}
      max=${high}
      step=${step}
      .value=${String(value)}
      aria-valuetext=${words(value)}
      data-testid="ribbon-${part}"
      ?disabled=${isFlat()}
      @input=${(event: Event) => {
        camera.value = { ...camera.value, [part]: Number((event.target as HTMLInputElement).value) };
      }}
    />
    <span>${words(value)}</span>
  </label>`;
}

function degrees(value: number): string {
  return `${value.toFixed(0).replace('-', '\u2212')}\u00b0`;
}
