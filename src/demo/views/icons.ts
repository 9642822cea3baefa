/** The few icons of the page, drawn in text colour; every one stands beside a word. */
import { html, svg, type TemplateResult } from 'lit';

const icon = (path: string): TemplateResult =>
  html`<svg viewBox="0 0 16 16" aria-hidden="true">${svg`<path d=${path} />`}</svg>`;

export const ICONS = {
  train: icon('M4 2.5v11l9.5-5.5z'),
  pause: icon('M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z'),
  step: icon('M3 2.5v11l7-5.5zM11 2.5h2.5v11H11z'),
  epoch: icon('M2 3v10l5-5zM7.5 3v10l5-5zM12.5 3h2v10h-2z'),
  reset: icon('M8 2.2a5.8 5.8 0 1 1-5.5 4h1.9A4 4 0 1 0 8 4v2.6L4 3.3 8 0z'),
  seed: icon('M2 2h12v12H2zm1.6 1.6v8.8h8.8V3.6zM5 5h2.2v2.2H5zm3.8 3.8H11V11H8.8z'),
  plus: icon('M7 2h2v5h5v2H9v5H7V9H2V7h5z'),
  minus: icon('M2 7h12v2H2z'),
  file: icon('M8 1.5l4.5 4.5h-3v5h-3v-5h-3zM2 12.5h12v2H2z'),
  save: icon('M6.5 1.5h3v5h3L8 11 3.5 6.5h3zM2 12.5h12v2H2z'),
  undo: icon('M6.5 1.5v3H9a4.5 4.5 0 0 1 0 9H4v-2h5a2.5 2.5 0 0 0 0-5H6.5v3L2 5.5z'),
  redo: icon('M9.5 1.5v3H7a4.5 4.5 0 0 0 0 9h5v-2H7a2.5 2.5 0 0 1 0-5h2.5v3L14 5.5z'),
  link: icon(
    'M6.5 4.5H5a3.5 3.5 0 0 0 0 7h1.500v-1.600H5a1.900 1.900 0 0 1 0-3.800h1.500zM9.500 4.500H11a3.500 3.500 0 0 1 0 7H9.500v-1.600H11a1.900 1.900 0 0 0 0-3.800H9.500zM5 7.200h6v1.600H5z',
  ),
} as const;
