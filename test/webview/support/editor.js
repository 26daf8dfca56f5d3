// The part of an editor's webview that the page's script meets: it keeps messages and state.
globalThis.posted = [];
globalThis.acquireVsCodeApi = () => ({
  postMessage: (message) => globalThis.posted.push(structuredClone(message)),
  getState: () => JSON.parse(sessionStorage.getItem('state') ?? 'null') ?? undefined,
  setState: (state) => sessionStorage.setItem('state', JSON.stringify(state)),
});
