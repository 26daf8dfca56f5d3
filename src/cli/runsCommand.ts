/** The words of `ptune runs …`. */
import { type Command, Option } from 'commander';
import { PtuneError } from '../base/errors.ts';
import { compare, labelRun, listRuns, removeRun, showRun } from './commands/runList.ts';
import { outputFor } from './output.ts';

/** Makes an action of a function that gives the exit status. */
type Act = <Args extends unknown[]>(
  action: (...args: Args) => Promise<number>,
) => (...args: Args) => Promise<void>;

interface JsonOption {
  readonly json?: boolean;
}

/** Adds `runs` with its commands. */
export function addRunsCommand(root: Command, act: Act): void {
  const json = () => new Option('--json', 'machine-readable output on standard output');
  const output = ({ json: asJson }: JsonOption) => outputFor(asJson ?? false);
  const runs = root.command('runs').description('list, name, compare and remove runs');
  runs
    .command('list', { isDefault: true })
    .description('list the runs of this folder and those below it')
    .addOption(json())
    .action(act((options: JsonOption) => listRuns(output(options))));
  runs
    .command('show')
    .description("print a run's run.json with its name, note and score")
    .argument('<run>')
    .action(act((run: string) => showRun(run)));
  runs
    .command('name')
    .description('give a run a name; without one, take it away')
    .argument('<run>')
    .argument('[name]')
    .action(act((run: string, name?: string) => labelRun(run, { name: name ?? '' })));
  runs
    .command('note')
    .description('keep a note with a run; without one, take it away')
    .argument('<run>')
    .argument('[text]')
    .action(act((run: string, text?: string) => labelRun(run, { note: text ?? '' })));
  for (const pinned of [true, false]) {
    runs
      .command(pinned ? 'pin' : 'unpin')
      .description(pinned ? 'mark a run as one to keep in sight' : 'take that mark away')
      .argument('<run>')
      .action(act((run: string) => labelRun(run, { pinned })));
  }
  runs
    .command('compare')
    .description('print two or more runs side by side')
    .argument('<first>')
    .argument('<others...>')
    .addOption(json())
    .action(
      act((first: string, others: string[], options: JsonOption) =>
        compare(distinct([first, ...others]), output(options)),
      ),
    );
  runs
    .command('remove')
    .alias('delete')
    .description('delete a run with all its files')
    .argument('<run>')
    .action(act((run: string) => removeRun(run)));
}

function distinct(runs: readonly string[]): string[] {
  const all = [...new Set(runs)];
  if (all.length > 1) return all;
  throw new PtuneError(
    'cli/usage',
    'There is only one run to compare.',
    'Name two or more different runs; "ptune runs list" has their ids.',
  );
}
