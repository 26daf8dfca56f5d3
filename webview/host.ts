/** Who shows the page: an editor, which gets messages, or a plain browser. */
import type { FromReportPage, SaveFile, ToReportPage } from '../src/protocol/reportMessages.ts';
import { h } from './element.ts';

/** What VS Code gives to a webview's script. */
interface EditorApi {
  postMessage(message: FromReportPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}

declare const acquireVsCodeApi: (() => EditorApi) | undefined;

export interface Host {
  readonly kind: 'browser' | 'editor';
  /** Asks for something; a browser can only copy and save. */
  post(message: FromReportPage): void;
  listen(listener: (message: ToReportPage) => void): void;
  /** What `saveState` kept last, for a page that was hidden and is shown again. */
  loadState(): unknown;
  saveState(state: unknown): void;
}

/** The host of this page. */
export function connectHost(): Host {
  return typeof acquireVsCodeApi === 'function' ? editorHost(acquireVsCodeApi()) : browserHost();
}

function editorHost(api: EditorApi): Host {
  return {
    kind: 'editor',
    post: (message) => api.postMessage(message),
    listen: (listener) => {
      window.addEventListener('message', (event: MessageEvent<ToReportPage>) =>
        listener(event.data),
      );
    },
    loadState: () => api.getState(),
    saveState: (state) => api.setState(state),
  };
}

function browserHost(): Host {
  followSystemTheme();
  return {
    kind: 'browser',
    post: (message) => {
      if (message.type === 'copy') void navigator.clipboard.writeText(message.text);
      if (message.type === 'save') download(message);
    },
    listen: () => undefined,
    loadState: () => undefined,
    saveState: () => undefined,
  };
}

/** Gives a file to the browser, which keeps it where it keeps downloads. */
function download({ name, content }: SaveFile): void {
  const url = URL.createObjectURL(new Blob([new Uint8Array(content)]));
  h('a', { href: url, download: name }).click();
  // A download that has begun has the content.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** The controls read the theme's colors again whenever the body's class changes, as in VS Code. */
function followSystemTheme(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = () => (document.body.className = dark.matches ? 'vscode-dark' : 'vscode-light');
  dark.addEventListener('change', apply);
  apply();
}
