/** How the trainer reaches the Hub: the access token in the editor's secret storage, and the proxy. */
import { type SecretStorage, env, Uri, window, workspace } from 'vscode';
import { proxyVariables } from './proxyVariables.ts';

const key = 'huggingFaceToken';

/** Where a person makes a token. */
const tokensPage = 'https://huggingface.co/settings/tokens';

/**
 * Keeps one token. It is given to the trainer's process alone, as a variable, which other users of
 * the machine cannot see, and never shown or logged.
 */
export class HubToken {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** The variables that a trainer gets; a token that the editor was started with wins. */
  async variables(): Promise<Readonly<Record<string, string>>> {
    const http = workspace.getConfiguration('http');
    const proxy = proxyVariables({
      proxy: http.get('proxy'),
      noProxy: http.get('noProxy'),
      proxyStrictSSL: http.get('proxyStrictSSL'),
      proxyAuthorization: http.get('proxyAuthorization'),
      proxySupport: http.get('proxySupport'),
    });
    const token = process.env['HF_TOKEN'] ? undefined : await this.#secrets.get(key);
    return { ...proxy, ...(token !== undefined && { HF_TOKEN: token }) };
  }

  /** Removes the token. */
  async forget(): Promise<void> {
    const known = (await this.#secrets.get(key)) !== undefined;
    await this.#secrets.delete(key);
    const also = process.env['HF_TOKEN']
      ? ' The editor was started with HF_TOKEN, which is still used.'
      : '';
    void window.showInformationMessage(
      `${known ? 'Signed out of Hugging Face.' : 'No token of Hugging Face is kept here.'}${also}`,
    );
  }

  /** Asks for a token. */
  async ask(): Promise<void> {
    const known = (await this.#secrets.get(key)) !== undefined;
    if (!known && !(await this.#offer())) return;
    const token = await window.showInputBox({
      title: 'Sign In to Hugging Face',
      prompt: known
        ? 'A token is kept already; a new one replaces it.'
        : 'It is kept in the secret storage of the editor and sent to the Hub alone.',
      placeHolder: 'hf_…',
      password: true,
      ignoreFocusOut: true,
    });
    if (token === undefined || token.trim() === '') return;
    await this.#secrets.store(key, token.trim());
    void window.showInformationMessage('Signed in: the token is used for the next download.');
  }

  /** Says what a token is for; false where a person wants none now. */
  async #offer(): Promise<boolean> {
    const [enter, make] = ['Enter Token', 'Make a Token'] as const;
    const chosen = await window.showInformationMessage(
      'Private and gated models need an access token of Hugging Face that may read them.',
      enter,
      make,
    );
    if (chosen === make) await env.openExternal(Uri.parse(tokensPage));
    return chosen !== undefined;
  }
}
