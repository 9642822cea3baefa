/** Files dropped anywhere on the page: models go to their panel, tables to the data. Without it the browser would leave the page. */
import { openFile } from '../app.ts';
import { clearProblem, problem } from '../state.ts';
import { told } from '../words.ts';

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
  // With the next drop newer browsers ask once more for a part that did not come; older ones only after a reload.
  const part = await import('./state.ts').catch(() => null);
  if (part === null) {
    const message = told(
      'The part of the page that opens files could not be loaded. Drop them again, or reload the page, once there is a connection.',
    );
    problem.value = { code: 'internal', place: 'data', message };
    return;
  }
  clearProblem('data');
  // What can't be read is told by who opens it.
  if (await part.holdsModel(files).catch(() => false)) {
    document.getElementById('keras')?.scrollIntoView({ block: 'start' });
    await part.openModels(files);
    return;
  }
  const [table] = files;
  if (table !== undefined) openFile(table);
}
