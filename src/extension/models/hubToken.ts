/** The access token for private and gated models, in the editor's secret storage. */
import { type SecretStorage, env, Uri, window } from 'vscode';

const key = 'huggingFaceToken';

/** Where a person makes a token. */
const tokensPage = 'https://huggingface.co/settings/tokens';

/** Keeps one token. It is given to the trainer's process alone, and never shown or logged. */
export class HubToken {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** The variables that a trainer gets for it; one that the editor was started with wins. */
  async variables(): Promise<Readonly<Record<string, string>>> {
    if (process.env['HF_TOKEN']) return {};
    const token = await this.#secrets.get(key);
    return token === undefined ? {} : { HF_TOKEN: token };
  }

  /** Asks for a token; an empty one signs out. */
  async ask(): Promise<void> {
    const known = (await this.#secrets.get(key)) !== undefined;
    if (!known && !(await this.#offer())) return;
    const token = await window.showInputBox({
      title: 'Sign In to Hugging Face',
      prompt: known
        ? 'A token is kept already. A new one replaces it; an empty one removes it.'
        : 'It is kept in the secret storage of the editor and sent to the Hub alone.',
      placeHolder: 'hf_…',
      password: true,
      ignoreFocusOut: true,
    });
    if (token === undefined) return;
    if (token.trim() === '') await this.#secrets.delete(key);
    else await this.#secrets.store(key, token.trim());
    void window.showInformationMessage(
      token.trim() === ''
        ? 'Signed out of Hugging Face.'
        : 'Signed in: the token is used for the next download.',
    );
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
