/** Which trials a sweep has. The same file, number and seed always plan the same ones. */
import { PtuneError } from '../base/errors.ts';
import { listed } from '../base/format.ts';
import { listedNear } from '../language/nearest.ts';
import type { Prompt, PtuneFile } from '../language/ast.ts';
import type { TrainKey } from '../language/schema.ts';
import { lackOfEffect } from './effect.ts';
import { type Choice, dimensionsOf, drawnChoices, everyChoice, sizeOf } from './space.ts';
import { type TrialFile, trialFile, trialTrain } from './trialText.ts';

/** So many trials of each prompt are drawn where a range is swept and nobody says how many. */
const drawnTrials = 16;
/** More combinations than this are hardly meant. */
const mostCombinations = 1000;
/** So many draws in a row that bring nothing new end the drawing. */
const fruitlessDraws = 500;

/** One prompt with one choice of settings. */
export interface PlannedTrial {
  readonly prompt: string;
  /** The swept keys that have an effect, in the order of the language. */
  readonly settings: Choice;
  readonly file: TrialFile;
}

/** A combination that no training can have. */
export interface LeftOut {
  readonly prompt: string;
  readonly settings: Choice;
  /** A sentence without its full stop. */
  readonly reason: string;
}

export interface SweepPlan {
  /** The swept keys, in the order of the language. */
  readonly keys: readonly TrainKey[];
  readonly trials: readonly PlannedTrial[];
  readonly leftOut: readonly LeftOut[];
}

export interface PlanRequest {
  /** Prompts to sweep; all that are trained where absent. */
  readonly prompts?: readonly string[];
  /** Trials of each prompt. */
  readonly trials?: number;
  /** Draws them. */
  readonly seed: number;
}

/**
 * Plans the trials of a file without errors: every combination of its lists, or as many as asked for,
 * drawn without repetition. Combinations that differ only in settings without effect are one trial.
 *
 * @throws PtuneError `sweep/nothing-to-sweep`, `sweep/no-effect`, `file/no-such-prompt`, `cli/usage`
 */
export function planSweep(file: PtuneFile, request: PlanRequest): SweepPlan {
  const { sweep } = file.settings;
  const keys = [...sweep.keys()];
  if (keys.length === 0) throw nothingToSweep();
  if (sweep.has('steps') && sweep.has('epochs')) {
    throw new PtuneError(
      'sweep/nothing-to-sweep',
      '"sweep" has both "steps" and "epochs", and a training has only one of them.',
      'Remove one of them from "sweep".',
    );
  }
  const leftOut: LeftOut[] = [];
  const trials = chosenPrompts(file, request.prompts).flatMap((prompt) => {
    const own = new PromptPlan(file, prompt, keys);
    const planned = own.choose(request);
    leftOut.push(...own.leftOut);
    if (planned.length === 0) throw own.nothingPossible();
    own.assertEffects();
    return planned;
  });
  return { keys, trials, leftOut };
}

/** The trials of one prompt while they are chosen. */
class PromptPlan {
  readonly leftOut: LeftOut[] = [];
  readonly #file: PtuneFile;
  readonly #prompt: Prompt;
  readonly #keys: readonly TrainKey[];
  readonly #seen = new Set<string>();
  /** Why each key had no effect, as long as it had none. */
  readonly #lacks = new Map<TrainKey, string>();
  readonly #effective = new Set<TrainKey>();

  constructor(file: PtuneFile, prompt: Prompt, keys: readonly TrainKey[]) {
    this.#file = file;
    this.#prompt = prompt;
    this.#keys = keys;
  }

  choose({ trials, seed }: PlanRequest): PlannedTrial[] {
    const dimensions = dimensionsOf(this.#file.settings.sweep);
    const size = sizeOf(dimensions);
    const hasRange = dimensions.some(({ kind }) => kind !== 'list');
    if (trials === undefined && !hasRange && size > mostCombinations) throw tooMany(size);
    const wanted = trials ?? (hasRange ? drawnTrials : size);
    const planned: PlannedTrial[] = [];
    const add = (choice: Choice) => {
      const trial = this.#admit(choice);
      if (trial) planned.push(trial);
      return trial !== undefined;
    };
    if (size <= wanted) {
      for (const choice of everyChoice(dimensions)) add(choice);
      return planned;
    }
    let fruitless = 0;
    for (const choice of drawnChoices(dimensions, seed)) {
      fruitless = add(choice) ? 0 : fruitless + 1;
      if (planned.length === wanted || fruitless === fruitlessDraws) break;
    }
    if (planned.length < wanted && Number.isFinite(size)) {
      // The last of a small space are seldom drawn.
      for (const choice of everyChoice(dimensions)) {
        if (planned.length === wanted) break;
        add(choice);
      }
    }
    return planned;
  }

  /** The trial of a choice; undefined where there is one like it, or where it cannot be trained. */
  #admit(choice: Choice): PlannedTrial | undefined {
    const written = JSON.stringify(choice);
    if (this.#seen.has(written)) return undefined;
    this.#seen.add(written);
    const { name } = this.#prompt;
    const train = trialTrain(this.#prompt, choice);
    const settings: Partial<Record<TrainKey, unknown>> = {};
    for (const key of this.#keys) {
      const lack = lackOfEffect(key, train, this.#prompt);
      if (lack === undefined) {
        settings[key] = choice[key];
        this.#effective.add(key);
      } else this.#lacks.set(key, lack);
    }
    const effective = `effective ${JSON.stringify(settings)}`;
    if (this.#seen.has(effective)) return undefined;
    this.#seen.add(effective);
    const file = trialFile(this.#file, name, settings);
    const problem = file.file.diagnostics.find(({ severity }) => severity === 'error');
    if (problem) {
      this.leftOut.push({ prompt: name, settings, reason: problem.message });
      return undefined;
    }
    return { prompt: name, settings, file };
  }

  /** @throws PtuneError `sweep/no-effect` where a key changes nothing in any trial */
  assertEffects(): void {
    const useless = this.#keys.filter((key) => !this.#effective.has(key));
    if (useless.length === 0) return;
    const names = listed(useless.map((key) => `"${key}"`));
    const why = this.#lacks.get(useless[0]!)!;
    throw new PtuneError(
      'sweep/no-effect',
      `${names} in "sweep" ${useless.length === 1 ? 'changes' : 'change'} nothing in any trial of "${this.#prompt.name}": ${why}.`,
      `Remove ${useless.length === 1 ? 'it' : 'them'} from "sweep", or change the setting that stands in the way.`,
    );
  }

  nothingPossible(): PtuneError {
    return new PtuneError(
      'sweep/nothing-to-sweep',
      `No combination in "sweep" can be trained. ${this.leftOut[0]?.reason ?? ''}.`,
      'Change the values in "sweep".',
    );
  }
}

function nothingToSweep(): PtuneError {
  return new PtuneError(
    'sweep/nothing-to-sweep',
    'The file has no settings to sweep.',
    'Add a section such as "sweep: {encoder: [lstm, mlp], learningRate: {min: 0.001, max: 0.1, scale: log}}" to its settings.',
  );
}

function tooMany(size: number): PtuneError {
  return new PtuneError(
    'cli/usage',
    `The lists in "sweep" have ${size.toLocaleString('en')} combinations.`,
    'Say how many of them to try with --trials, or shorten the lists.',
  );
}

function chosenPrompts(file: PtuneFile, names: readonly string[] | undefined): readonly Prompt[] {
  const trained = file.prompts.filter((p) => p.kind === 'continuous' && p.from === undefined);
  if (names === undefined && trained.length > 0) return trained;
  const known = listedNear(
    names?.[0] ?? '',
    trained.map(({ name }) => `"${name}"`),
  );
  const nextStep = known
    ? `Prompts that can be trained: ${known}.`
    : 'Put virtual tokens, {*}, into a prompt.';
  if (names === undefined) {
    const message = 'The file has no prompt that is trained, so its settings change nothing.';
    throw new PtuneError('sweep/nothing-to-sweep', message, nextStep);
  }
  return [...new Set(names)].map((name) => {
    const prompt = trained.find((one) => one.name === name);
    if (prompt) return prompt;
    const message = file.prompts.some((one) => one.name === name)
      ? `The prompt "${name}" has no virtual token to train, or takes its vectors from a file.`
      : `The file has no prompt "${name}".`;
    throw new PtuneError('file/no-such-prompt', message, nextStep);
  });
}
