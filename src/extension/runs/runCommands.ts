/** The commands of the Runs view. */
import type { CommandHandlers } from '../commands.ts';
import type { RunActions } from './runActions.ts';
import type { RunTarget } from './runTargets.ts';
import type { RunsView } from './runsView.ts';

/** Ids of the commands of runs. */
type RunCommandId =
  | 'ptune.refreshRuns'
  | 'ptune.openRunReport'
  | 'ptune.renameRun'
  | 'ptune.noteRun'
  | 'ptune.pinRun'
  | 'ptune.unpinRun'
  | 'ptune.compareRuns'
  | 'ptune.resumeRun'
  | 'ptune.trainRunAgain'
  | 'ptune.deleteRun'
  | 'ptune.revealRun'
  | 'ptune.revealRunInSystem'
  | 'ptune.copyRunId';

/** What they do. `guarded` tells errors. */
export function runHandlers(
  actions: RunActions,
  view: RunsView,
  guarded: (act: () => Promise<void>) => Promise<void>,
): Pick<CommandHandlers, RunCommandId> {
  const on = (act: (target: RunTarget) => Promise<void>) => (target: RunTarget) =>
    guarded(() => act(target));
  return {
    'ptune.refreshRuns': () => guarded(() => view.refresh()),
    'ptune.openRunReport': on((target) => actions.openReport(target)),
    'ptune.renameRun': on((target) => actions.rename(target)),
    'ptune.noteRun': on((target) => actions.note(target)),
    'ptune.pinRun': on((target) => actions.pin(target, true)),
    'ptune.unpinRun': on((target) => actions.pin(target, false)),
    'ptune.compareRuns': (target) => guarded(() => actions.compare(target)),
    'ptune.resumeRun': on((target) => actions.resume(target)),
    'ptune.trainRunAgain': on((target) => actions.trainAgain(target)),
    'ptune.deleteRun': on((target) => actions.remove(target)),
    'ptune.revealRun': on((target) => actions.reveal(target, 'revealInExplorer')),
    'ptune.revealRunInSystem': on((target) => actions.reveal(target, 'revealFileInOS')),
    'ptune.copyRunId': on((target) => actions.copyId(target)),
  };
}
