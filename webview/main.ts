/** Draws the report page: a function of one report value, drawn again for every new one. */
import './report.css';
import './insights.css';
import { openExamples } from '../src/protocol/exampleTable.ts';
import type { ExampleTable, OpenExamples } from '../src/protocol/exampleTable.ts';
import type { LiveTraining } from '../src/protocol/liveTraining.ts';
import type { Report } from '../src/protocol/report.ts';
import { reportFormat } from '../src/protocol/report.ts';
import { registerControls } from './controls.ts';
import { h } from './element.ts';
import { connectHost } from './host.ts';
import { embeddedExamples, embeddedReport, embeddedStale } from './reportData.ts';
import { ReportView } from './reportView.ts';
import type { ViewContext } from './state.ts';
import { viewState } from './state.ts';
import { LiveView } from './views/live.ts';
import { TryPanel } from './tryPanel.ts';
import { tryItSection } from './views/tryIt.ts';

const host = connectHost();
const state = viewState(host.loadState());
const page = document.getElementById('page')!;
const trial = host.kind === 'editor' ? new TryPanel(host.post.bind(host)) : undefined;
/** Nothing was scored. */
const noExamples = new Promise<OpenExamples>(() => undefined);

/** What is shown, while a report is. */
let shown: { readonly view: ReportView; readonly context: ViewContext } | undefined;
/** What follows a training, from its first news to the report that it ends with. */
let live: LiveView | undefined;
/** Takes the examples that an editor sends after its report. */
let takeExamples: (table: ExampleTable) => void = () => undefined;

function show(
  report: Report,
  examples: Promise<OpenExamples>,
  stale: ViewContext['stale'] = {},
): void {
  // A report of another format could be misread, so it is not read at all.
  if ((report.format as number) !== reportFormat) {
    showText(
      `This report has format ${report.format}, and this page reads format ${reportFormat}. Train or score the file again to write a new report.`,
    );
    return;
  }
  document.title = `${report.file} – report`;
  const context = contextWith(examples, stale);
  const top = window.scrollY;
  const focused = document.activeElement;
  const isFirst = shown === undefined;
  shown = { view: new ReportView(report, context), context };
  page.replaceChildren(...shown.view.elements);
  // A reader who opens a report wants its answer soon; one who has it open, to stay where they are.
  if (isFirst) {
    page.ariaBusy = 'true';
    afterNextFrame(showRest);
  } else showRest();
  // What stays on the page keeps the cursor.
  if (focused instanceof HTMLElement && trial?.element.contains(focused)) focused.focus();
  // Examples that cannot be read are missed where they would stand.
  examples.then(
    (table) => trial?.setExamples(table),
    () => undefined,
  );
  window.scrollTo(0, top);
}

/** Draws what is not drawn yet of the report that is shown. */
function showRest(): void {
  if (shown) page.append(...shown.view.complete());
  page.removeAttribute('aria-busy');
}

/** Calls `run` when the browser has shown what the page holds now; at once where nobody looks. */
function afterNextFrame(run: () => void): void {
  if (document.hidden) run();
  else requestAnimationFrame(() => setTimeout(run));
}

function contextWith(examples: Promise<OpenExamples>, stale: ViewContext['stale']): ViewContext {
  return {
    state,
    save: () => host.saveState(state),
    post: host.post.bind(host),
    hasEditor: host.kind === 'editor',
    examples,
    stale,
    ...(trial && { trial }),
  };
}

function showText(text: string): void {
  shown = undefined;
  const said = h('p', { class: 'empty' }, text);
  const training = live ? [live.element] : [];
  if (!trial) {
    page.replaceChildren(said, ...training);
    return;
  }
  // Prompts in words can be tried before anything is scored.
  trial.setExamples(undefined);
  page.replaceChildren(said, ...training, tryItSection({ file: '' }, contextWith(noExamples, {})));
}

/** Shows a training under the verdict, or how it ended. */
function showLive(training: LiveTraining | undefined): void {
  if (training === undefined) {
    live?.end();
    return;
  }
  if (!live) {
    live = new LiveView();
    const verdict = page.querySelector('.verdict, .empty');
    if (verdict) verdict.after(live.element);
    else page.append(live.element);
  }
  live.update(training);
}

/** Unfolds a section and goes to it. */
function showSection(id: string): void {
  showRest();
  const section = document.getElementById(id);
  if (section instanceof HTMLDetailsElement) section.open = true;
  section?.scrollIntoView({ block: 'start' });
  if (id === 'try') trial?.begin();
}

/** Marks what is stale, where that is not what the page says already. */
function showStale(stale: ViewContext['stale']): void {
  if (!shown || JSON.stringify(stale) === JSON.stringify(shown.context.stale)) return;
  shown.context.stale = stale;
  shown.view.updateStale(shown.context);
}

registerControls();
host.listen((message) => {
  if ('file' in message) {
    state.file = message.file;
    host.saveState(state);
  }
  switch (message.type) {
    case 'report': {
      // The training that was followed is in it.
      live = undefined;
      const examples = new Promise<ExampleTable>((resolve) => (takeExamples = resolve));
      show(message.report, examples.then(openExamples), message.stale);
      break;
    }
    case 'examples':
      takeExamples(message.examples);
      break;
    case 'stale':
      showStale(message.stale);
      break;
    case 'nothing':
      showText(message.text);
      break;
    case 'slots':
      trial?.setSlots(message.columns);
      break;
    case 'tried':
      trial?.answered(message);
      break;
    case 'live':
      showLive(message.live);
      break;
    case 'section':
      showSection(message.id);
      break;
  }
});
const embedded = embeddedReport();
if (embedded) show(embedded, embeddedExamples().then(openExamples), embeddedStale());
host.post({ type: 'ready' });
