/** The pictures of docs/tutorial.md: the capitals example from opening to its report. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'vitest';
import { eventually } from './support/process.ts';
import { examples, useEditor, vsix, type EditorSession } from './support/session.ts';

const folder = join(import.meta.dirname, '../../docs/pictures');
const editor = useEditor({ workspace: examples, vsix, settings: { 'editor.fontSize': 13 } });

const left = { width: 1000, height: 1040 };
const wide = { width: 1240, height: 900 };

/** Writes a part of the window: all but the side bar, from the tabs down. */
async function picture({ page }: EditorSession, name: string, height: number): Promise<void> {
  const group = (await page.locator('.editor-group-container.active').boundingBox())!;
  const { width } = page.viewportSize()!;
  mkdirSync(folder, { recursive: true });
  const clip = { x: group.x, y: group.y, width: width - group.x, height };
  await page.screenshot({ path: join(folder, `${name}.png`), clip });
}

test('pictures of the tutorial', async () => {
  const session = editor();
  const { page, workbench } = session;
  await page.setViewportSize(left);
  await workbench.openFile('capitals.ptune');
  await workbench.runCommand('View: Close Primary Side Bar');
  await workbench.editor.codeLens('Train').waitFor();
  await page.mouse.move(1, 1);
  await picture(session, 'file', 870);

  await workbench.runCommand('PTune: Train Prompt');
  await workbench.notification(/step \d{2,} of \d+/).waitFor({ timeout: 300_000 });
  await workbench.editor.reveal('@prompt learned');
  await eventually('the line of the prompt', async () =>
    /step \d/.test(await workbench.editor.addedText('@prompt learned')) ? true : undefined,
  );
  await picture(session, 'training', 960);

  await workbench.notification(/^(?=.*capitals\.ptune:)/s).waitFor({ timeout: 900_000 });
  await workbench.clearNotifications();
  await workbench.editor.hover('@prompt learned');
  await picture(session, 'scores', 870);
  await workbench.editor.dismissHover();

  await page.setViewportSize(wide);
  await workbench.editor.codeLens('Open report').click();
  await workbench.report.text('What the vectors are near');
  await workbench.runCommand('View: Maximize Editor Group');
  await workbench.report.text('What the vectors are near');
  await picture(session, 'report', 820);
});
