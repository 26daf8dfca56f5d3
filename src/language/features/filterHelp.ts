/** What the filters of slots do, for completion and hovers. */
import type { Filter } from '../ast.ts';

/** How a value is put in, a few words a filter. */
export const filterHelp: Readonly<Record<Filter, string>> = {
  trim: 'without spaces at both ends',
  lower: 'in lower case',
  upper: 'in upper case',
  capitalize: 'with a capital first letter',
  shorten: 'cut first when the input is too long for the model',
};
