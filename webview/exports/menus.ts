/** The menus that copy the report and save it for other programs. */
import type { Report } from '../../src/protocol/report.ts';
import { h } from '../element.ts';
import type { MenuItem } from '../menu.ts';
import { menuButton } from '../menu.ts';
import type { Stale } from '../stale.ts';
import { staleText } from '../stale.ts';
import type { ViewContext } from '../state.ts';
import { chartsOf } from './chartDrawing.ts';
import type { Drawing } from './drawing.ts';
import { pngOf, svgText } from './drawing.ts';
import { examplesCsv, examplesJson } from './examplesTable.ts';
import type { ExportTable } from './exportTable.ts';
import { confusionTables, importanceTables, wordingTables } from './insightTables.ts';
import { scoreboardMarkdown } from './markdown.ts';
import { nearestTables } from './nearestTable.ts';
import { scoreboardDrawing } from './scoreboardDrawing.ts';
import { scoresCsv, scoresJson } from './scoreTable.ts';
import { wordSearchTables } from './wordSearchTable.ts';

/** "Copy ▾" and "Export ▾"; what was done is told to screen readers, and shown for a moment. */
export function exportMenus(report: Report, context: ViewContext): HTMLElement {
  const told = h('span', { class: 'told note', role: 'status' });
  const tell = (text: string) => {
    told.textContent = text;
    setTimeout(() => (told.textContent = ''), 2500);
  };
  const copy = (text: string, make: () => string): MenuItem => ({
    text,
    run: () => {
      context.post({ type: 'copy', text: make() });
      tell('Copied');
    },
  });
  return h(
    'span',
    { class: 'menus' },
    told,
    menuButton('Copy', () => [
      copy('Scoreboard as Markdown', () => scoreboardMarkdown(report, context.stale)),
      copy('Scores as CSV', () => scoresCsv(report, context.stale)),
      copy('Scores as JSON', () => scoresJson(report, context.stale)),
      copy('Verdict', () => verdictText(report, context.stale)),
    ]),
    menuButton('Export', () => exportItems(report, context, tell)),
  );
}

/** The verdict; over stale scores it says so first. */
function verdictText({ verdict }: Report, stale: Stale): string {
  return [staleText(stale), verdict].filter((part) => part !== undefined).join('\n\n');
}

/** The parts of the page below the scoreboard, those that the report has. */
function tablesOf(report: Report): ExportTable[] {
  const kinds = [nearestTables, confusionTables, importanceTables, wordSearchTables, wordingTables];
  return kinds.flatMap((tables) => tables(report));
}

function exportItems(
  report: Report,
  { post, examples, stale }: ViewContext,
  tell: (text: string) => void,
): MenuItem[] {
  const kind = { written: report.candidates.kind === 'generate', stale };
  const stem = report.file.replace(/\.ptune$/, '');
  const save = (text: string, name: string, make: () => Promise<Uint8Array<ArrayBuffer>>) => ({
    text,
    run: () =>
      void make().then(
        (content) => post({ type: 'save', name: `${stem}-${name}`, content }),
        (error: unknown) => tell(error instanceof Error ? error.message : String(error)),
      ),
  });
  const bytes = (text: string) => new TextEncoder().encode(text);
  const text = (label: string, name: string, make: () => string | Promise<string>) =>
    save(label, name, async () => bytes(await make()));
  const chart = (title: string, draw: () => Drawing | Promise<Drawing>) => {
    const name = title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '-');
    return [
      text(`${title}, SVG`, `${name}.svg`, async () => svgText(await draw())),
      save(`${title}, PNG`, `${name}.png`, async () => {
        return new Uint8Array(await (await pngOf(await draw())).arrayBuffer());
      }),
    ];
  };
  return [
    text('Scores, CSV', 'scores.csv', () => scoresCsv(report, stale)),
    text('Scores, JSON', 'scores.json', () => scoresJson(report, stale)),
    text('Scoreboard, Markdown', 'scoreboard.md', () => scoreboardMarkdown(report, stale)),
    text('Examples, CSV', 'examples.csv', async () => examplesCsv(await examples, kind)),
    text('Examples, JSON', 'examples.json', async () => examplesJson(await examples, kind)),
    ...tablesOf(report).flatMap(({ label, file, csv, markdown }) => [
      text(`${label}, CSV`, `${file}.csv`, () => csv(stale)),
      text(`${label}, Markdown`, `${file}.md`, () => markdown(report, stale)),
    ]),
    ...chart('Scoreboard', () => scoreboardDrawing(report, stale)),
    ...chartsOf(document.getElementById('page')!).flatMap(({ title, draw }) =>
      chart(title, () => draw(stale)),
    ),
  ];
}
