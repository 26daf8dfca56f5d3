/** The example that ships, as files of the person's own. */
import { cp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExtensionContext, Uri, window, workspace } from 'vscode';

const name = 'capitals';

/**
 * Opens a copy of the example, made at the first time, so that an update of the extension takes
 * nothing away that was written or trained.
 */
export async function openExample(context: ExtensionContext): Promise<void> {
  const folder = join(context.globalStorageUri.fsPath, 'examples');
  const path = join(folder, `${name}.ptune`);
  const isThere = await stat(path).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await cp(context.asAbsolutePath('examples'), folder, { recursive: true });
  }
  await window.showTextDocument(await workspace.openTextDocument(Uri.file(path)));
}
