/** The page from top to bottom: the answer first, then why, then what it was made with. */
import type { Report } from '../src/protocol/report.ts';
import type { ViewContext } from './state.ts';
import { confusionSection } from './views/confusion.ts';
import { examplesSection } from './views/examples.ts';
import { headerView } from './views/header.ts';
import { importanceSection } from './views/importance.ts';
import { nearestSection } from './views/nearest.ts';
import { scoreboardSection } from './views/scoreboard.ts';
import { settingsSection } from './views/settings.ts';
import { trainingSection } from './views/training.ts';
import { verdictView } from './views/verdict.ts';
import { wordingsSection } from './views/wordings.ts';

/** A foldable part of the page; undefined where the report has nothing for it. */
type SectionView = (report: Report, context: ViewContext) => HTMLElement | undefined;

/** The parts under the verdict, in the order of the page. A new one is a line here. */
const sections: readonly SectionView[] = [
  scoreboardSection,
  nearestSection,
  examplesSection,
  trainingSection,
  confusionSection,
  importanceSection,
  wordingsSection,
  settingsSection,
];

/** The elements that show `report`. */
export function reportView(report: Report, context: ViewContext): HTMLElement[] {
  const head = [headerView(report, context), verdictView(report, context)];
  if (report.prompts.length === 0) return head;
  const parts = sections.map((view) => view(report, context));
  return [...head, ...parts.filter((part) => part !== undefined)];
}
