/** Copies a text; where the browser keeps the clipboard closed, the element that shows it is selected. Says which it was. */
import { msg } from '../words.ts';
export async function copyText(text: string, shown: Element | null): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return msg('Copied.');
  } catch {
    if (shown !== null) getSelection()?.selectAllChildren(shown);
    return msg('The browser keeps the clipboard closed; the text is selected instead.');
  }
}
