/** Cells of a table that show four digits and hold the whole number: read out where the focus is, and copied in full. */

/** Moves the table's one tab stop with the arrow keys; Home and End go to the row's ends. */
export function walkCells(event: KeyboardEvent): void {
  const cell = (event.target as Element).closest<HTMLTableCellElement>('td[data-full]');
  const row = cell?.closest('tr');
  if (cell === null || !row || event.ctrlKey || event.metaKey || event.altKey) return;
  const inRow = [...row.querySelectorAll<HTMLElement>('td')];
  const at = inRow.indexOf(cell);
  const beside = (other: Element | null): HTMLElement | undefined => other?.querySelectorAll('td')[at];
  const steps: Readonly<Record<string, () => HTMLElement | undefined>> = {
    ArrowLeft: () => inRow[at - 1],
    ArrowRight: () => inRow[at + 1],
    ArrowUp: () => beside(row.previousElementSibling),
    ArrowDown: () => beside(row.nextElementSibling),
    Home: () => inRow[0],
    End: () => inRow.at(-1),
  };
  const step = steps[event.key];
  if (step === undefined) return;
  event.preventDefault();
  step()?.focus();
}

/** The cell that has the focus is the one that Tab comes back to. */
export function keepStop(event: FocusEvent): HTMLTableCellElement | null {
  const cell = (event.target as Element).closest<HTMLTableCellElement>('td[data-full]');
  if (cell === null) return null;
  for (const before of cell.closest('table')?.querySelectorAll('td[tabindex="0"]') ?? [])
    before.setAttribute('tabindex', '-1');
  cell.setAttribute('tabindex', '0');
  return cell;
}

/** Copies what is selected of the table, or the cell that has the focus, with every number in full. */
export function copyCells(event: ClipboardEvent): void {
  const region = event.currentTarget as Element;
  const selection = getSelection();
  const isTaken = (cell: Element): boolean =>
    selection === null || selection.isCollapsed
      ? cell === document.activeElement
      : selection.containsNode(cell, true);
  const rows = [...region.querySelectorAll('tbody tr')]
    .map((row) => [...row.querySelectorAll<HTMLElement>('td[data-full]')].filter(isTaken))
    .filter((cells) => cells.length > 0);
  if (rows.length === 0) return;
  const text = rows.map((cells) => cells.map(({ dataset }) => dataset.full).join('\t')).join('\n');
  event.clipboardData?.setData('text/plain', text);
  event.preventDefault();
}
