/** What controls are called in the terminal and in the report. */
import type { Control } from './summary.ts';

/** By what a control leaves out of its prompt. */
export const controlNames: Readonly<Record<Control, string>> = {
  random: 'random vectors',
  shuffled: 'shuffled answers',
  empty: 'no prompt',
};
