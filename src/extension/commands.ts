/** The commands: one table from ids to what they take, so that none is called with less or more. */
import { type Uri, commands } from 'vscode';
import type { CachedModel } from '../hub/cachedModels.ts';
import type { ExportTarget } from './transfer/exportPrompt.ts';
import type { RunFolders, RunTarget } from './runs/runTargets.ts';

/** A `.ptune` file, and one prompt of it where one is meant. A JSON value, for command links. */
export interface PromptTarget {
  /** The file's address as text. */
  readonly uri: string;
  readonly prompt?: string;
}

/** A prompt and the one to compare it with. */
export interface ComparedPrompts extends PromptTarget {
  readonly to: string;
}

/** The prompt that a command is meant for; undefined for the whole file. */
export function promptOf(target: Target): string | undefined {
  return target !== undefined && 'prompt' in target ? target.prompt : undefined;
}

/** What a command gets from the palette (nothing), a menu (a file) or a link (a target). */
export type Target = PromptTarget | Uri | undefined;

/** Every command with its argument; package.json declares the same ones. */
export interface CommandArguments {
  'ptune.train': Target;
  'ptune.score': Target;
  'ptune.tryInput': Target;
  'ptune.searchWords': Target;
  'ptune.probeWordings': Target;
  'ptune.measureImportance': Target;
  'ptune.compare': Target | ComparedPrompts;
  'ptune.announceScore': Target;
  'ptune.openReport': Target;
  'ptune.cancelTraining': undefined;
  /** The number of a job that waits; undefined for all of them. */
  'ptune.removeWaiting': number | undefined;
  'ptune.showLog': undefined;
  'ptune.newPromptFile': undefined;
  'ptune.openExample': undefined;
  'ptune.showTests': undefined;
  'ptune.chooseModel': undefined;
  'ptune.signIn': undefined;
  'ptune.signOut': undefined;
  'ptune.refreshModels': undefined;
  'ptune.removeModel': CachedModel;
  'ptune.verifyModel': CachedModel;
  'ptune.revealModel': CachedModel;
  'ptune.copyModelId': CachedModel;
  'ptune.exportPrompt': ExportTarget;
  'ptune.import': Uri | undefined;
  'ptune.refreshRuns': undefined;
  'ptune.openRunReport': RunTarget;
  'ptune.renameRun': RunTarget;
  'ptune.noteRun': RunTarget;
  'ptune.pinRun': RunTarget;
  'ptune.unpinRun': RunTarget;
  'ptune.compareRuns': RunTarget | RunFolders;
  'ptune.resumeRun': RunTarget;
  'ptune.trainRunAgain': RunTarget;
  'ptune.deleteRun': RunTarget;
  'ptune.revealRun': RunTarget;
  'ptune.revealRunInSystem': RunTarget;
  'ptune.copyRunId': RunTarget;
}

export type CommandId = keyof CommandArguments;

/** What each command does. */
export type CommandHandlers = {
  readonly [Id in CommandId]: (argument: CommandArguments[Id]) => unknown;
};

/** Something that is undone when the extension ends. */
export interface Registration {
  dispose(): unknown;
}

/** Registers all commands. */
export function registerCommands(handlers: CommandHandlers): Registration[] {
  return (Object.keys(handlers) as CommandId[]).map((id) =>
    commands.registerCommand(id, (argument?: unknown) => handlers[id](argument as never)),
  );
}

/** Runs one of the commands. */
export function runCommand<Id extends CommandId>(
  id: Id,
  argument: CommandArguments[Id],
): Thenable<unknown> {
  return commands.executeCommand(id, argument);
}
