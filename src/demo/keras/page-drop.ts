/** Files dropped anywhere on the page: models go to their panel, tables to the data. Without it the browser would leave the page. */
import { openFile } from '../app.ts';
import { holdsModel, openModels } from './state.ts';

/** Takes drops on the page; parts of it with a drop of their own stop theirs. */
export function takeDrops(): void {
  addEventListener('dragover', (event) => {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    if (files.length === 0) return;
    event.preventDefault();
    void takeFiles(files);
  });
}

/** Gives files to where they belong, by their content. */
export async function takeFiles(files: readonly File[]): Promise<void> {
  if (await holdsModel(files)) {
    document.getElementById('keras')?.scrollIntoView({ block: 'start' });
    await openModels(files);
    return;
  }
  const [table] = files;
  if (table !== undefined) openFile(table);
}
