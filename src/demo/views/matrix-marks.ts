/** Over a matrix: the weights that a marked formula, term or line of code uses. They follow the view. */
import { html, nothing, type TemplateResult } from 'lit';
import { type MatrixLayout, type MatrixName, partRectangles } from '../draw/heatmap-layout.ts';
import { project, type View } from '../draw/view-transform.ts';
import { letterOf } from './cell-parts.ts';
import { markedParts } from './cell-state.ts';
import { percent } from './matrix-labels.ts';

export function matrixMarks(name: MatrixName, layout: MatrixLayout, view: View): TemplateResult[] {
  return markedParts(name)
    .flatMap(({ place, whose }) => partRectangles(layout, place).map((rectangle) => ({ rectangle, whose })))
    .map(({ rectangle: [x, y, width, height], whose }) => {
      const [left, top] = project(view, x, y);
      return html`<div
        class="matrix-mark"
        data-testid="mark-${name}"
        data-cell-part=${whose ?? nothing}
        style="left:${percent(left, layout.width)};top:${top}px;width:${percent(width * view.zoom, layout.width)};height:${height * view.zoom}px"
        >${whose === null ? nothing : letterOf(whose)}</div
      >`;
    });
}
