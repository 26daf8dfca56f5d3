/** The job script of a sweep: one task of the array for each trial. */

/** How a task starts the process of its trial. */
export interface TaskCommand {
  readonly node: string;
  readonly script: string;
  /** The arguments before the trial's number. */
  readonly before: readonly string[];
  /** Those behind it. */
  readonly after: readonly string[];
}

/** The text of the script. The shell gives way to the process, so that Slurm's signals reach it. */
export function jobScript({ node, script, before, after }: TaskCommand): string {
  const words = [node, script, ...before].map(shellQuoted);
  const rest = after.map(shellQuoted);
  const command = [...words, '"$SLURM_ARRAY_TASK_ID"', ...rest].join(' ');
  return `#!/bin/sh\nexec ${command}\n`;
}

/** Whole numbers as Slurm writes an array, `1-3,7`, with at most `atOnce` of them at a time. */
export function arrayText(numbers: readonly number[], atOnce?: number): string {
  const runs: [number, number][] = [];
  for (const number of [...numbers].sort((a, b) => a - b)) {
    const last = runs.at(-1);
    if (last?.[1] === number - 1) last[1] = number;
    else runs.push([number, number]);
  }
  const text = runs.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',');
  return atOnce === undefined ? text : `${text}%${atOnce}`;
}

/** A word that a shell takes as it is, whatever is in it. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
