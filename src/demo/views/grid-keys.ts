/** What the keys do on the focused cell of a drawing: steps, zoom, fit. */

export type GridAction =
  | { readonly kind: 'move'; readonly rows: number; readonly columns: number }
  | { readonly kind: 'zoom'; readonly direction: 1 | -1 }
  | { readonly kind: 'fit' };

/** Rows a page key steps over. */
const PAGE = 8;

/**
 * Null for keys that are not the grid's. Steps may lead outside; whoever takes them stops at the edge.
 * @param jump columns an arrow steps across with Ctrl
 */
export function gridAction(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey'>,
  grid: { readonly rows: number; readonly columns: number; readonly jump: number },
): GridAction | null {
  const across = event.ctrlKey ? grid.jump : 1;
  const all = event.ctrlKey ? grid.rows : 0;
  const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -across],
    ArrowRight: [0, across],
    PageUp: [-PAGE, 0],
    PageDown: [PAGE, 0],
    Home: [-all, -grid.columns],
    End: [all, grid.columns],
  };
  const step = steps[event.key];
  if (step !== undefined) {
    return { kind: 'move', rows: step[0], columns: step[1] };
  }
  switch (event.key) {
    case '+':
    case '=':
      return { kind: 'zoom', direction: 1 };
    case '-':
      return { kind: 'zoom', direction: -1 };
    case '0':
      return { kind: 'fit' };
    default:
      return null;
  }
}
