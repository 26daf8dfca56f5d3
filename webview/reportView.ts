/** The page from top to bottom: the answer first, then why, then what it was made with. */
import type { Report } from '../src/protocol/report.ts';
import type { ViewContext } from './state.ts';
import { confusionSection } from './views/confusion.ts';
import { differencesSection } from './views/differences.ts';
import { examplesSection } from './views/examples.ts';
import { headerView } from './views/header.ts';
import { importanceSection } from './views/importance.ts';
import { nearestSection } from './views/nearest.ts';
import { runDifferencesSection } from './views/runDifferences.ts';
import { scoreboardSection } from './views/scoreboard.ts';
import { settingsSection } from './views/settings.ts';
import { tryItSection } from './views/tryIt.ts';
import { trainingSection } from './views/training.ts';
import { verdictView } from './views/verdict.ts';
import { wordingsSection } from './views/wordings.ts';
import { wordSearchSection } from './views/wordSearch.ts';

/** A foldable part of the page; undefined where the report has nothing for it. */
type SectionView = (report: Report, context: ViewContext) => HTMLElement | undefined;

/** The answer: what most people come for. */
const first: readonly SectionView[] = [headerView, verdictView, scoreboardSection];

/** The parts under it, in the order of the page. A new one is a line here. */
const sections: readonly SectionView[] = [
  nearestSection,
  examplesSection,
  tryItSection,
  trainingSection,
  confusionSection,
  importanceSection,
  wordSearchSection,
  wordingsSection,
  differencesSection,
  runDifferencesSection,
  settingsSection,
];

/** The parts that change with the file while the report stays the same. */
const stalable: readonly SectionView[] = [
  verdictView,
  scoreboardSection,
  importanceSection,
  wordSearchSection,
  wordingsSection,
];

/** The elements that show one report: those of the answer at once, the others when it is complete. */
export class ReportView {
  readonly #report: Report;
  readonly #context: ViewContext;
  readonly #parts = new Map<SectionView, HTMLElement>();
  #isComplete = false;

  constructor(report: Report, context: ViewContext) {
    this.#report = report;
    this.#context = context;
    this.#isComplete = report.prompts.length === 0;
    this.#draw(this.#isComplete ? [headerView, verdictView] : first);
  }

  /** What is drawn, in the order of the page. */
  get elements(): HTMLElement[] {
    return [...this.#parts.values()];
  }

  /** Draws what the answer did not need, once, and gives it. */
  complete(): HTMLElement[] {
    if (this.#isComplete) return [];
    this.#isComplete = true;
    return this.#draw(sections);
  }

  #draw(views: readonly SectionView[]): HTMLElement[] {
    const made: HTMLElement[] = [];
    for (const view of views) {
      const part = view(this.#report, this.#context);
      if (part === undefined) continue;
      this.#parts.set(view, part);
      made.push(part);
    }
    return made;
  }

  /** Draws again, in its place, what says that a score is stale. */
  updateStale(context: ViewContext): void {
    for (const view of stalable) {
      const part = view(this.#report, context);
      if (part === undefined || !this.#parts.has(view)) continue;
      this.#parts.get(view)!.replaceWith(part);
      this.#parts.set(view, part);
    }
  }
}
