/** Draws the report page: a function of one report value, drawn again for every new one. */
import './report.css';
import './insights.css';
import type { Report } from '../src/protocol/report.ts';
import { reportFormat } from '../src/protocol/report.ts';
import { registerControls } from './controls.ts';
import { h } from './element.ts';
import { connectHost } from './host.ts';
import { reportView } from './reportView.ts';
import { viewState } from './state.ts';

const host = connectHost();
const state = viewState(host.loadState());
const page = document.getElementById('page')!;

function show(report: Report, stale: Readonly<Record<string, string>> = {}): void {
  // A report of another format could be misread, so it is not read at all.
  if ((report.format as number) !== reportFormat) {
    showText(
      `This report has format ${report.format}, and this page reads format ${reportFormat}. Train or score the file again to write a new report.`,
    );
    return;
  }
  document.title = `${report.file} – report`;
  const context = {
    state,
    save: () => host.saveState(state),
    post: host.post.bind(host),
    hasEditor: host.kind === 'editor',
    stale,
  };
  const top = window.scrollY;
  page.replaceChildren(...reportView(report, context));
  window.scrollTo(0, top);
}

function showText(text: string): void {
  page.replaceChildren(h('p', { class: 'empty' }, text));
}

/** Unfolds a section and goes to it. */
function showSection(id: string): void {
  const section = document.getElementById(id);
  if (section instanceof HTMLDetailsElement) section.open = true;
  section?.scrollIntoView({ block: 'start' });
}

registerControls();
host.listen((message) => {
  if (message.type === 'section') {
    showSection(message.id);
    return;
  }
  if (message.file !== undefined) {
    state.file = message.file;
    host.saveState(state);
  }
  switch (message.type) {
    case 'report':
      show(message.report, message.stale);
      break;
    case 'nothing':
      showText(message.text);
      break;
  }
});
const embedded = document.getElementById('report')?.textContent;
if (embedded) show(JSON.parse(embedded) as Report);
host.post({ type: 'ready' });
