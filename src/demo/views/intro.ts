/** The title and the first sentence of the lead, which name what is forecast: they follow the data in use. */

import { effect } from '@preact/signals-core';
import { introWords } from '../format.ts';
import { data, recipe } from '../state.ts';
import { msg } from '../words.ts';

/** Keeps both in step with the data, from the static text of the page on. */
export function followData(): void {
  const title = document.getElementById('title');
  const lead = document.getElementById('lead-data');
  if (title === null || lead === null) {
    return;
  }
  effect(() => {
    const words = data.value === null ? null : introWords(data.value, recipe.value.window);
    title.textContent = words?.title ?? msg('This network predicts tomorrow\u2019s temperature. Open it up.');
    lead.textContent =
      words?.lead ??
      msg('A small LSTM reads two weeks of Seattle weather and says how warm the next day will get.');
  });
}
