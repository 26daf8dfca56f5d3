/** docs/command-line.md has every command with every option, and nothing else. */
import { beforeAll, expect, test } from 'vitest';
import { exitStatus } from '../../src/base/errors.ts';
import { buildBundles, ptune } from '../support/cli.ts';
import { read, root } from '../support/project.ts';

beforeAll(buildBundles);

const document = read('docs/command-line.md');

/** The options in a text of help, such as "--top <n>", without --help and --version. */
const optionsIn = (help: string): string[] =>
  [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+(?: <[^>]+>)?)/gm)]
    .map(([, option]) => option!)
    .filter((option) => !['--help', '--version'].includes(option))
    .sort();

/** The names of the commands in a text of help. */
const commandsIn = (help: string): string[] =>
  [...(help.split('Commands:')[1] ?? '').matchAll(/^ {2}([a-z]+)/gm)].map(([, name]) => name!);

test('every command is described with its options', async () => {
  const sections = document.split(/^#+ (?=`ptune)/m).slice(1);
  const described = new Map<string, string[]>();
  for (const section of sections) {
    const heading = section.slice(0, section.indexOf('\n'));
    const options = [...section.split(/^#/m)[0]!.matchAll(/^\| `(--[^`]+)`/gm)];
    for (const [, command] of heading.matchAll(/`ptune ((?:[a-z]+ ?)+)/g)) {
      described.set(
        command!.trim(),
        options.map(([, option]) => option!.replaceAll('\\', '')).sort(),
      );
    }
  }
  const { stdout } = await ptune(root, '--help');
  const found: [string, string[]][] = [];
  for (const name of commandsIn(stdout)) {
    const help = name === 'help' ? '' : (await ptune(root, name, '--help')).stdout;
    const inner = commandsIn(help).filter((own) => own !== 'help');
    for (const own of inner) {
      found.push([`${name} ${own}`, optionsIn((await ptune(root, name, own, '--help')).stdout)]);
    }
    if (inner.length === 0) found.push([name, optionsIn(help)]);
  }
  // Three commands of runs share one table.
  const together = ['runs list', 'runs show', 'runs remove'];
  const ofRuns = ([name, options]: [string, string[]]): [string, string[]] =>
    together.includes(name) ? [name, ['--json']] : [name, options];
  expect(new Map(found.map(ofRuns))).toEqual(described);
});

test('every exit status is described', () => {
  const rows = [...document.matchAll(/^\| (\d+) +\|/gm)].map(([, status]) => Number(status));
  expect(rows.sort((a, b) => a - b)).toEqual(
    [0, ...Object.values(exitStatus)].sort((a, b) => a - b),
  );
});
