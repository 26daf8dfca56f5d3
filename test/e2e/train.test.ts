/** The example from opening it to reading why the learned prompt is better, as a person does it. */
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { percent, points } from '../../src/base/format.ts';
import type { PromptReport, Report } from '../../src/protocol/report.ts';
import { readReport, reportPath } from '../../src/runs/reportFile.ts';
import { storeFolders } from '../../src/runs/runStore.ts';
import { eventually, mapsFile } from './support/process.ts';
import { examples, useEditor, vsix } from './support/session.ts';

const editor = useEditor({ workspace: examples, vsix });
const minutes = 60_000;

/** What the trainer wrote; every view must say the same. */
let report: Report;

function prompt(name: string): PromptReport {
  return report.prompts.find(({ summary }) => summary.name === name)!;
}

test('an opened file has links above its prompts and nothing wrong with it', async () => {
  const { workbench } = editor();
  await workbench.openFile('capitals.ptune');
  await workbench.editor.codeLens('Train').waitFor();
  expect(await workbench.editor.codeLenses()).toContain('Score');
  expect(await workbench.editor.hover('@prompt learned')).toContain('Train it to see its score.');
  await workbench.editor.dismissHover();
  expect(await workbench.editor.addedText('@prompt learned')).toBe('');
  expect(await workbench.statusBarItem(/^\s*0\s+0/).innerText()).toMatch(/0\s+0/);
});

describe('training from the palette', () => {
  beforeAll(async () => {
    const { workbench, server } = editor();
    await workbench.runCommand('PTune: Train Prompt');

    // The engine is loaded in the trainer and in no other process of the editor.
    const [trainer] = await eventually('trainer', () => {
      const ids = server.trainers().filter((id) => mapsFile(id, /onnxruntime/));
      return ids.length > 0 ? ids : undefined;
    });
    const others = server.processes().filter((id) => id !== trainer);
    expect(others.length).toBeGreaterThan(1);
    expect(others.filter((id) => mapsFile(id, /onnxruntime/))).toEqual([]);

    await workbench.notification(/step \d+ of \d+/).waitFor({ timeout: minutes });
    await workbench.statusBarItem(/learned \d+\/\d+/).waitFor();
    await eventually('progress at the line', async () =>
      /step \d\d+ of \d+/.test(await workbench.editor.addedText('@prompt learned'))
        ? true
        : undefined,
    );
    await editor().screenshot('training-light');
    await workbench.notification(/^(?=.*capitals\.ptune:)/s).waitFor({ timeout: 5 * minutes });
    const path = join(server.workspace, 'capitals.ptune');
    report = (await readReport(reportPath(storeFolders(path).reports, path)))!;
  }, 7 * minutes);

  test('puts every score at the end of its line', async () => {
    const { workbench } = editor();
    for (const { summary, baseline } of report.prompts) {
      const text = await workbench.editor.addedText(`@prompt ${summary.name}`);
      expect(text).toContain(percent(summary.accuracy));
      if (baseline) expect(text).toContain('baseline');
      else expect(text).toContain(points(summary.difference!.accuracy));
    }
    await editor().screenshot('scores-light');
  });

  test('explains the score in the hover', async () => {
    const { workbench } = editor();
    const text = await workbench.editor.hover('@prompt learned');
    const { summary } = prompt('learned');
    expect(text).toContain(`${percent(summary.accuracy)} of ${summary.n} test answers right`);
    expect(text).toMatch(new RegExp(`chosen among .*\\b${report.candidates.count}\\b`));
    const { accuracy, baseline } = summary.difference!;
    expect(text).toContain(`${points(accuracy)} points over ${baseline}`);
    await editor().screenshot('hover-light');
  });

  test('says the score of the prompt at the cursor in a message', async () => {
    const { workbench, page } = editor();
    await workbench.editor.dismissHover();
    await workbench.clearNotifications();
    await (await workbench.editor.reveal('@prompt learned')).click();
    await workbench.runCommand('PTune: Announce Score');
    const said = workbench.notification(/^(?=.*learned: \d+ % of \d+ test answers right)/s);
    await said.waitFor();
    const { accuracy, baseline } = prompt('learned').summary.difference!;
    expect(await said.innerText()).toContain(`${points(accuracy)} points over ${baseline}, signif`);
    await workbench.clearNotifications();
    await page.keyboard.press('ControlOrMeta+Home');
    await workbench.runCommand('PTune: Announce Score');
    await workbench.notification('The cursor is in no prompt').waitFor();
    await workbench.clearNotifications();
  });

  test('shows the nearest tokens of the vectors that a virtual token stands for', async () => {
    const { workbench } = editor();
    const text = await workbench.editor.hover('{*3} {country} {*3}', '{*3}');
    const [first, second, third] = prompt('learned').runs[0]!.virtualTokens;
    for (const token of [first!, second!, third!]) {
      expect(text).toContain(token.nearest[0]!.token.trim());
    }
  });

  test('opens the report from the code lens, with scoreboard and nearest tokens', async () => {
    const { workbench } = editor();
    await workbench.editor.dismissHover();
    await workbench.clearNotifications();
    await workbench.editor.codeLens('Open report').click();
    const said = await workbench.report.text('What the vectors are near');
    expect(said).toContain(report.verdict.split('. ')[0]!.replaceAll('"', ''));

    const scoreboard = await workbench.report.table('Scoreboard');
    for (const { summary } of report.prompts) {
      const row = scoreboard.find(([first]) => first!.startsWith(summary.name))!;
      expect(row.join(' ')).toContain(percent(summary.accuracy));
    }

    const { runs, middleSeed } = prompt('learned');
    const run = runs.find(({ seed }) => seed === middleSeed)!;
    const [, ...rows] = await workbench.report.table(`Nearest tokens of learned, seed ${run.seed}`);
    // The last row is that of a random vector.
    expect(rows).toHaveLength(run.virtualTokens.length + 1);
    for (const [i, row] of rows.slice(0, -1).entries()) {
      const near = row.slice(1, 6);
      expect(near).toHaveLength(5);
      for (const [k, cell] of near.entries()) {
        const { token, similarity } = run.virtualTokens[i]!.nearest[k]!;
        expect(cell).toContain(token.trim());
        expect(cell).toContain(similarity.toFixed(2).replace('0.', '.').replace('-', '−'));
      }
    }
    const grid = workbench.report.document.getByRole('grid', { name: 'Examples' });
    await grid.focus();
    expect(await grid.getAttribute('aria-rowcount')).toBe(String(report.examples + 1));
    await editor().page.keyboard.press('Control+End');
    await editor().page.keyboard.press('Enter');
    const last = workbench.report.document.getByRole('region', {
      name: `Example ${report.examples}`,
    });
    expect(await last.innerText()).toContain('right answer');
    await editor().screenshot('report-light');
  });

  test('keeps the scores when the window is opened again, in a dark theme too', async () => {
    const { workbench } = editor();
    await editor().reopen({ theme: 'dark' });
    await workbench.openFile('capitals.ptune');
    const { summary } = prompt('learned');
    await eventually('score at the line', async () =>
      (await workbench.editor.addedText('@prompt learned')).includes(percent(summary.accuracy))
        ? true
        : undefined,
    );
    await editor().screenshot('scores-dark');
    await workbench.runCommand('PTune: Open Report');
    await workbench.report.text('What the vectors are near');
    await editor().screenshot('report-dark');
  });

  test('marks a score as stale, and never as current, when the template changes', async () => {
    const { workbench } = editor();
    await workbench.openFile('capitals.ptune');
    await workbench.editor.append('{*3} {country} {*3}', ' Really.');
    await eventually('stale mark', async () =>
      /stale: template changed/.test(await workbench.editor.addedText('@prompt learned'))
        ? true
        : undefined,
    );
    expect(await workbench.editor.addedText('@prompt manual')).not.toContain('stale');
    expect(await workbench.editor.hover('@prompt learned')).toContain('Stale: template changed');
    await editor().screenshot('stale-dark');
  });
});
