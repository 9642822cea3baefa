/** Sentences of the engine about data, tables and the answers of Open-Meteo, with the words that stand in their gaps; see engine-words.ts. */
import { str, type Told, told } from './words.ts';

/** What the engine puts there. */
const gap = '';

/** Of src/engine/data. */
export const DATA_WORDS: readonly Told[] = [
  told('No target column was named. Name the column to forecast, or "all".'),
  told(str`None of the feature columns ${gap} can be used: ${gap} Choose among ${gap}.`),
  told(str`Target column ${gap} can't be learnt: ${gap}. Expected values that change; choose among ${gap}.`),
  told(str`Target column ${gap} can't be used: ${gap}. Expected a column of numbers; choose among ${gap}.`),
  told(str`${gap}: ${gap}`),
  told(
    str`No column holds numbers to learn from (${gap}). Expected at least one column of numbers that change.`,
  ),
  told('it only counts the rows'),
  told(str`Column ${gap} left out: ${gap}.`),
  told(
    str`Column ${gap} mixes decimal points and decimal commas: received ${gap} in line ${gap}. Use one of them in the whole column.`,
  ),
  told(
    str`Line ${gap} begins with ${gap}, and the first ${gap} hold no column names. Expected a header of names that are not numbers or dates; add one as the first line.`,
  ),
  told('The file holds no table. Expected a line of column names and rows below it.'),
  told(
    str`The header in line ${gap} names ${gap} columns, at most ${gap} are read. Keep only the columns you need.`,
  ),
  told(
    str`The file has column names (${gap}) in line ${gap} but no row of values below. Expected one line per time.`,
  ),
  told(
    str`${gap} of ${gap} have more cells than the ${gap} of the header (first: line ${gap}). Expected one cell per column; if numbers are written with a decimal comma, separate the cells by semicolons.`,
  ),
  told(
    str`The file has more than ${gap} rows of ${gap}; at most ${gap} rows and ${gap} cells are read. Keep fewer rows or columns.`,
  ),
  told('Use one of these names.'),
  told(str`Did you mean ${gap}?`),
  told(str`There is no column ${gap}. The columns are: ${gap}. ${gap}`),
  told(
    str`Text follows a closing quote (") near line ${gap}, expected a separator or the end of the line. Remove the quotes, or write the quote twice ("") inside quoted text.`,
  ),
  told(
    str`A quote (") opened near line ${gap} is never closed, so the rest of the file would be one cell. Close it, or write the quote twice ("") inside quoted text.`,
  ),
  told('No date column was named. Name one, or leave the date out.'),
  told(
    str`The date columns ${gap} can't be combined. Expected year, month, day, hour, minute (at least the first three, in this order or with these names), or a column of dates and one of times.`,
  ),
  told(str`${gap} in line ${gap}`),
  told(
    str`Column ${gap} mixes day-first and month-first dates: received ${gap} and ${gap}. Use one order in the whole column, best as 2012-01-31.`,
  ),
  told(str`Line ${gap} has no such date: received ${gap}. Expected whole numbers that make a date.`),
  told(
    str`Column ${gap}, line ${gap}: received ${gap}, expected a time such as 13:00 or an hour from 0 to 24. Correct the line, or name another date column.`,
  ),
  told('the date is missing'),
  told(str`received ${gap}`),
  told(
    str`Column ${gap}, line ${gap}: ${gap}, expected ${gap}. Correct or remove the line, or name another date column.`,
  ),
  told(
    'If the hour stands in a column of its own, name it as a date column too; else keep one row per time.',
  ),
  told(str`Keep the rows of one place (column ${gap} holds ${gap}).`),
  told(
    str`${gap} of ${gap} repeat a date seen before in ${gap} (first: line ${gap}), expected one row per time. ${gap}`,
  ),
  told('dates such as 2012-01-31, 2012-01-31T13:00, 1/31/2012 13:00, 31.01.2012 13:00:00 or 20120131'),
  told('it has no value in its row'),
  told(str`it has no value in any of its ${gap}`),
  told(str`it is constant (${gap} in every row that has a value)`),
  told('it is part of the date'),
  told(str`it holds dates (${gap})`),
  told(str`it holds ${gap}, too large: at most ${gap} is read`),
  told(str`it holds text (${gap})`),
  told(str`it holds 1 value that is no number (${gap})`),
  told(str`it holds text (first: ${gap})`),
  told(str`it holds ${gap} values that are no number (first: ${gap})`),
  told('list of places'),
  told('weather'),
  told('a list'),
  told('text'),
  told('refusal'),
  told(str`a list of 1 to ${gap} hours`),
  told('the full hour after the one before, as 2023-01-31T05:00'),
  told(str`${gap} values, one for each hour`),
  told('a number or null'),
  told(
    str`Open-Meteo\u2019s ${gap} is no JSON: received ${gap}, expected the form its documentation describes. Try again later, or open a CSV instead.`,
  ),
  told('the answer'),
  told('an object'),
  told(str`a number from -${gap} to ${gap}`),
  told('nothing'),
  told(
    str`Open-Meteo\u2019s ${gap}: ${gap} is ${gap}, expected ${gap}. Try again later, or open a CSV instead.`,
  ),
  told('The training part has no row. Use more data or a larger share for training.'),
  told(str`Column ${gap} of the file has the name of a computed input. Rename the column in the file.`),
  told(str`Column ${gap} has the name of a computed input. Rename the column in the file.`),
  told(
    'The text is encoded as UTF-16, expected UTF-8. Save the file as "CSV UTF-8" (in an editor: save with encoding UTF-8).',
  ),
  told(
    'The content is binary data, expected a CSV text file with a line of column names. Choose the CSV file itself, not an archive, workbook or image.',
  ),
  told('The content is gzip-compressed, expected plain CSV text. Unpack the file first, or name it .csv.gz.'),
  told(
    'The content is a zip archive or an Excel workbook, expected CSV text. Export the sheet as CSV, or unpack the archive.',
  ),
  told('The file is empty, expected CSV text: a line of column names, then one line per time.'),
  told(str`The text has ${gap} characters, at most ${gap} are read. Keep fewer rows or columns.`),
  told(
    str`Line ${gap} has ${gap} characters, at most ${gap} are read. Expected one line per time, with "\\n" or "\\r\\n" at its end.`,
  ),
  told('window'),
  told('sampling rate'),
  told('horizon'),
  told(str`${gap}, one every ${gap},`),
  told(
    str`The series has ${gap}, but one window of ${gap} and its target ${gap} ahead take ${gap}. Use a shorter window or horizon, or more data.`,
  ),
  told(
    str`Target ${gap} is constant over the ${gap}: nothing to learn there. Choose another target, or give training a larger share.`,
  ),
  told(str`The ${gap} is ${gap}, expected a whole number of rows, at least 1.`),
  told(
    str`The split is ${gap}, expected three shares above 0 for training, validation and test, such as 60, 20, 20.`,
  ),
  told('empty'),
  told('training'),
  told('validation'),
  told('test'),
  told(str`rows ${gap} to ${gap}`),
  told('no row'),
  told(
    str`The ${gap} part has no window: it gets ${gap} of ${gap}, a target needs ${gap} before it and a value. Use more data, a shorter window or horizon, or another split.`,
  ),
  told(str`${gap} and ${gap} more`),
  told(str`${gap} column`),
  told(str`${gap} columns`),
  told(str`${gap} line`),
  told(str`${gap} lines`),
  told(str`${gap} row`),
  told(str`${gap} rows`),
  told(str`${gap} training row`),
  told(str`${gap} training rows`),
];
