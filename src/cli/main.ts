/** The command line `ptune` (docs/command-line.md). */
import { basename, resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { PtuneError } from '../base/errors.ts';
import { exportFormats } from '../protocol/exchange.ts';
import type { ModelChoice } from '../hub/modelParts.ts';
import type { SearchMethod, SearchRequest } from '../protocol/wordSearch.ts';
import type { ScoreRequest } from '../protocol/trainerProtocol.ts';
import { check } from './commands/check.ts';
import { exportPrompt, type ExportOptions } from './commands/export.ts';
import { doctor } from './commands/doctor.ts';
import { grad, type GradOptions } from './commands/grad.ts';
import { importance } from './commands/importance.ts';
import { importFile, type ImportOptions } from './commands/import.ts';
import { addModelToCache, listModels, removeModelFromCache } from './commands/modelCache.ts';
import { replayTrace, verify } from './commands/models.ts';
import { probe } from './commands/probe.ts';
import { writeReport } from './commands/report.ts';
import { addRunsCommand } from './runsCommand.ts';
import { addSweepCommand } from './sweepCommand.ts';
import { nearest, type NearestOptions } from './commands/nearest.ts';
import { predict } from './commands/predict.ts';
import { search } from './commands/search.ts';
import { score, train, type ScoreOptions } from './commands/train.ts';
import { ptuneVersion } from './environment.ts';
import { positive, wholeNumber } from './numbers.ts';
import { endWithReader, outputFor, report, type Output } from './output.ts';

/** Commander's way to collect an option that may be given several times. */
const collect = <T>(value: T, before: T[] | undefined): T[] => [...(before ?? []), value];

const seeds = (text: string, before: number[] | undefined) => collect(wholeNumber(text), before);

let status = 0;

/** A command's action: sets the exit status, whatever happens. */
function act<Args extends unknown[]>(action: (...args: Args) => Promise<number> | number) {
  return async (...args: Args) => {
    try {
      status = await action(...args);
    } catch (error) {
      status = report(error);
    }
  };
}

interface SearchOptions {
  readonly prompt?: string;
  readonly method?: SearchMethod[];
  readonly steps?: number;
  readonly seed?: number;
  readonly insert?: string;
}

interface JsonOption {
  readonly json?: boolean;
}

const outputOf = (options: JsonOption): Output => outputFor(options.json ?? false);

const json = () => new Option('--json', 'machine-readable output on standard output');

function program(): Command {
  const root = new Command('ptune')
    .description('Train continuous prompts on a frozen language model, on your own machine.')
    .version(ptuneVersion())
    .showHelpAfterError('Run "ptune --help" for the commands.')
    .exitOverride();
  addFileCommands(root);
  addRunCommands(root);
  addModelCommands(root);
  root
    .command('doctor')
    .description('print versions and facts for a report of a problem')
    .addOption(json())
    .action(act((options: JsonOption) => doctor(outputOf(options))));
  return root;
}

function addFileCommands(root: Command): void {
  root
    .command('check')
    .description('print what is wrong with .ptune files and their data')
    .argument('<files...>')
    .addOption(json())
    .action(act((files: string[], options: JsonOption) => check(files, outputOf(options))));
  root
    .command('train')
    .description('train the continuous prompts of a file and score all prompts')
    .argument('[file]')
    .option('--prompt <name>', 'train only this prompt; may be given again', collect<string>)
    .option('--seed <n>', 'in place of the seeds in the file; may be given again', seeds)
    .option('--steps <n>', 'in place of the steps in the file', positive)
    .option('--controls', 'train and score the controls of the learned prompts, too')
    .option('--output <dir>', 'folder for the runs and the report')
    .option('--resume <run>', 'go on with a run that ended early')
    .option('--replay <trace.json>', 'in place of a file: repeat a recorded training')
    .option('--model <folder>', 'the model of the recorded training')
    .addOption(json())
    .action(
      act((file: string | undefined, options: JsonOption & TrainOptions) => {
        const { prompt, seed, steps, output, resume, replay, model } = options;
        if (replay !== undefined && model !== undefined) {
          return replayTrace(replay, model, undefined, outputOf(options));
        }
        if (file === undefined || replay !== undefined) {
          throw new PtuneError(
            'cli/usage',
            replay === undefined
              ? 'There is no file to train.'
              : 'A recorded training needs its model.',
            'Write "ptune train FILE" or "ptune train --replay TRACE.json --model FOLDER".',
          );
        }
        return train(
          {
            path: resolve(file),
            ...(prompt && { prompts: prompt }),
            ...(seed && { seeds: [...new Set(seed)] }),
            ...(steps !== undefined && { steps }),
            ...(options.controls && { controls: true }),
            ...(output !== undefined && { output: resolve(output) }),
            ...(resume !== undefined && { resume: basename(resume) }),
          },
          outputOf(options),
        );
      }),
    );
  addSweepCommand(root, act);
  root
    .command('score')
    .description('score the prompts of a file without training')
    .argument('<file>')
    .addOption(
      new Option('--split <name>', 'which examples')
        .choices(['train', 'validation', 'test'])
        .default('test'),
    )
    .option('--controls', 'score the controls of the learned prompts, too')
    .option('--expect', 'exit status 2 when a prompt misses its "expect"')
    .option('--junit <out.xml>', 'write the checks as JUnit XML, for CI')
    .addOption(json())
    .action(
      act(
        (
          file: string,
          options: JsonOption & ScoreOptions & Pick<ScoreRequest, 'split' | 'controls'>,
        ) => {
          const { split, controls } = options;
          const request = { path: resolve(file), split, ...(controls && { controls }) };
          return score(request, options, outputOf(options));
        },
      ),
    );
  root
    .command('report')
    .description('write the report of a file or run as one self-contained page')
    .argument('<file-or-run>')
    .requiredOption('--html <path>', 'where to write the page')
    .action(act((what: string, options: { html: string }) => writeReport(what, options.html)));
  root
    .command('probe')
    .description('score other wordings of a prompt in words, and how far their scores lie apart')
    .argument('<file>')
    .option('--prompt <name>', 'in place of the baseline; may be given again', collect<string>)
    .option('--variants <n>', 'how many wordings of each, at most', positive)
    .option('--seed <n>', 'draws the wordings', wholeNumber)
    .addOption(json())
    .action(
      act((file: string, options: JsonOption & ProbeOptions) => {
        const { prompt: prompts, variants, seed } = options;
        const request = {
          path: resolve(file),
          ...(prompts && { prompts: [...new Set(prompts)] }),
          ...(variants !== undefined && { variants }),
          ...(seed !== undefined && { seed }),
        };
        return probe(request, outputOf(options));
      }),
    );
  root
    .command('importance')
    .description('leave out and exchange the virtual tokens of a learned prompt, one at a time')
    .argument('<file>')
    .option('--prompt <name>', 'a prompt with virtual tokens; the first one otherwise')
    .option('--seed <n>', 'the training that is looked at; the middle one otherwise', wholeNumber)
    .option('--examples <n>', 'at most so many test examples', positive)
    .addOption(json())
    .action(
      act((file: string, { json: asJson, ...options }: JsonOption & ImportanceOptions) =>
        importance({ path: resolve(file), ...options }, outputFor(asJson ?? false)),
      ),
    );
  root
    .command('search')
    .description("search words that do what a prompt's virtual tokens do")
    .argument('<file>')
    .option('--prompt <name>', 'a prompt with virtual tokens; the first one otherwise')
    .addOption(
      new Option('--method <name>', 'only this one; may be given again')
        .choices(['beam', 'flips', 'projection'])
        .argParser((value: string, before: SearchMethod[] | undefined) =>
          collect(value as SearchMethod, before),
        ),
    )
    .option('--steps <n>', 'steps of each method', positive)
    .option('--seed <n>', 'draws what is tried', wholeNumber)
    .option('--insert <name>', 'add the best to the file as a prompt of this name')
    .addOption(json())
    .action(
      act((file: string, options: JsonOption & SearchOptions) => {
        const { prompt, method: methods, steps, seed, insert } = options;
        const request: SearchRequest = {
          path: resolve(file),
          ...(prompt !== undefined && { prompt }),
          ...(methods && { methods }),
          ...(steps !== undefined && { steps }),
          ...(seed !== undefined && { seed }),
        };
        return search(request, insert, outputOf(options));
      }),
    );
}

interface ProbeOptions {
  readonly prompt?: string[];
  readonly variants?: number;
  readonly seed?: number;
}

interface ImportanceOptions {
  readonly prompt?: string;
  readonly seed?: number;
  readonly examples?: number;
}

interface TrainOptions {
  readonly prompt?: string[];
  readonly seed?: number[];
  readonly steps?: number;
  readonly controls?: boolean;
  readonly output?: string;
  readonly resume?: string;
  readonly replay?: string;
  readonly model?: string;
}

function addRunCommands(root: Command): void {
  root
    .command('nearest')
    .description('print the nearest tokens of every virtual token of a run')
    .argument('<run>')
    .option('--top <n>', 'how many for each', positive, 5)
    .addOption(
      new Option('--metric <name>', 'what near means')
        .choices(['cosine', 'dot', 'l2'])
        .default('cosine'),
    )
    .option('--all', 'among all tokens, special ones and parts of characters too')
    .option('--step <n>', 'at a validation of the training, or 0, the start', wholeNumber)
    .addOption(json())
    .action(
      act((run: string, options: JsonOption & NearestOptions) =>
        nearest(run, options, outputOf(options)),
      ),
    );
  root
    .command('predict')
    .description("print a run's answer for one input")
    .argument('<run>')
    .requiredOption('--input <json>', 'the slots of the template as a JSON object')
    .addOption(json())
    .action(
      act((run: string, options: JsonOption & { input: string }) =>
        predict(run, options.input, outputOf(options)),
      ),
    );
  root
    .command('export')
    .description('write a learned prompt as files that other programs read')
    .argument('<run>')
    .addOption(
      new Option('--format <name>', 'what to write').choices(exportFormats).makeOptionMandatory(),
    )
    .requiredOption('--output <dir>', 'a new or empty folder')
    .addOption(json())
    .action(
      act((run: string, options: JsonOption & ExportOptions) =>
        exportPrompt(run, options, outputOf(options)),
      ),
    );
  root
    .command('import')
    .description('make a .ptune file of what another program wrote')
    .argument('<path>')
    .option('--output <dir>', 'folder to write into, in place of the present one')
    .option('--model <model>', 'the model, where what is imported names none that is here')
    .addOption(json())
    .action(
      act((path: string, options: JsonOption & ImportOptions) =>
        importFile(path, options, outputOf(options)),
      ),
    );
  addRunsCommand(root, act);
}

function addModelCommands(root: Command): void {
  root
    .command('grad')
    .description('write the gradient graph of any ONNX model as an ONNX model')
    .argument('<model.onnx>')
    .requiredOption('--of <name>', 'the value to differentiate; one element')
    .requiredOption('--wrt <name>', 'what to differentiate by; may be given again', collect<string>)
    .requiredOption('--output <out.onnx>', 'where to write the graph')
    .option('--shape <name=1,2,3>', 'the shape of an input; may be given again', collect<string>)
    .option('--embed', 'put the weights into the file, also where it could refer to them')
    .addOption(json())
    .action(
      act((model: string, options: JsonOption & GradOptions) =>
        grad(model, options, outputOf(options)),
      ),
    );
  const models = root.command('models').description('list models, and check whether one can train');
  models
    .command('list', { isDefault: true })
    .addOption(json())
    .action(act((options: JsonOption) => listModels(outputOf(options))));
  models
    .command('add')
    .description('download a model of the Hugging Face Hub into the cache, or what is new of it')
    .argument('<id>')
    .option('--revision <name>', 'a branch, tag or commit')
    .option('--file <name>', 'the ONNX file, where the model has several')
    .addOption(
      new Option('--dtype <name>', 'which precision').choices(['fp32', 'fp16', 'int8', 'q4']),
    )
    .addOption(json())
    .action(
      act((id: string, { json: asJson, ...choice }: JsonOption & Omit<ModelChoice, 'id'>) =>
        addModelToCache({ id, ...choice }, outputFor(asJson ?? false)),
      ),
    );
  models
    .command('remove')
    .description('remove a model from the cache')
    .argument('<id>')
    .addOption(json())
    .action(act((id: string, options: JsonOption) => removeModelFromCache(id, outputOf(options))));
  models
    .command('verify')
    .description('check a model: operators, gradients, agreement with a reference')
    .argument('<folder-or-id>')
    .option('--file <name>', 'the ONNX file, where the folder has several')
    .option('--reference <cases.json>', 'values that another framework computed')
    .addOption(json())
    .action(
      act((folder: string, options: JsonOption & { file?: string; reference?: string }) =>
        verify(folder, options, outputOf(options)),
      ),
    );
}

async function main(): Promise<number> {
  try {
    await program().parseAsync(process.argv);
    return status;
  } catch (error) {
    // Commander has said what is wrong; asking for help or the version is no error.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    return report(error instanceof PtuneError ? error : new Error(String(error)));
  }
}

endWithReader();
void main().then((code) => {
  process.exitCode = code;
});
