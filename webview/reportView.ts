/** The page from top to bottom: the answer first, then why, then what it was made with. */
import type { Report } from '../src/protocol/report.ts';
import type { ViewContext } from './state.ts';
import { confusionSection } from './views/confusion.ts';
import { examplesSection } from './views/examples.ts';
import { headerView } from './views/header.ts';
import { nearestSection } from './views/nearest.ts';
import { scoreboardSection } from './views/scoreboard.ts';
import { settingsSection } from './views/settings.ts';
import { trainingSection } from './views/training.ts';
import { verdictView } from './views/verdict.ts';

/** The elements that show `report`. */
export function reportView(report: Report, context: ViewContext): HTMLElement[] {
  if (report.prompts.length === 0)
    return [headerView(report, context), verdictView(report, context)];
  return [
    headerView(report, context),
    verdictView(report, context),
    scoreboardSection(report, context),
    nearestSection(report, context),
    examplesSection(report, context),
    confusionSection(report, context),
    trainingSection(report, context),
    settingsSection(report, context),
  ].filter((section) => section !== undefined);
}
