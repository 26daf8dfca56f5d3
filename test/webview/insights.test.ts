/** The parts of the report page that are there on request. */
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { spreadOf } from '../../src/evaluation/spread.ts';
import type { PromptImportance, ScoreChange } from '../../src/protocol/importance.ts';
import { openExamples } from '../../src/protocol/exampleTable.ts';
import { splitReport, type FullReport } from '../../src/protocol/report.ts';
import type { ToReportPage } from '../../src/protocol/reportMessages.ts';
import type { WordingProbe, WordingScore } from '../../src/protocol/wordings.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { usePages, type OpenedPage } from './support/page.ts';

const report = buildReport(capitalsInputs());
const { withPage } = usePages();

describe('other wordings', () => {
  const hostile = '<img src=x onerror=alert(1)> {country} {capital}';
  const score = (accuracy: number) => ({
    accuracy,
    loss: 1,
    interval: [accuracy - 0.1, accuracy + 0.1] as const,
  });
  const wording = (template: string, test: number, validation: number): WordingScore => ({
    kind: 'order',
    change: 'exchanges “a” and “b”',
    template,
    test: score(test),
    validation: score(validation),
  });
  const wordings: WordingScore[] = [
    {
      change: 'as written',
      template: 'As written {capital}',
      test: score(0.4),
      validation: score(0.4),
    },
    wording(hostile, 0.8, 0.3),
    wording('Chosen {capital}', 0.7, 0.9),
    wording('Worst {capital}', 0.1, 0.1),
  ];
  const probe: WordingProbe = {
    prompt: 'manual',
    seed: 1,
    examples: { validation: 20, test: 57 },
    wordings,
    spread: spreadOf(wordings.map((one) => one.test.accuracy)),
    best: 1,
    chosen: 2,
    worst: 3,
    tooLong: 0,
    learned: [
      {
        prompt: 'learned',
        seeds: [
          { seed: 1, accuracy: 0.9 },
          { seed: 2, accuracy: 0.9 },
        ],
        spread: spreadOf([0.9, 0.9]),
      },
    ],
    sentences: ['4 wordings of manual answer between 10 % and 80 % right.'],
    fingerprint: report.fingerprints['manual']!,
  };
  const probed: FullReport = { ...report, insights: { wordings: [probe] } };

  test('are marks on one scale with the seeds, each told in words', async () => {
    await withPage(probed, {}, async ({ page }) => {
      const group = page.getByRole('group', { name: 'Wordings of manual' });
      expect(await group.getByRole('img').getAttribute('aria-label')).toBe(
        'Answers right on the test split. wordings of manual: 4 from 10 % to 80 %, median 55 %; seeds of learned: 2 from 90 % to 90 %, median 90 %',
      );
      expect(await group.locator('.strip .shape').count()).toBe(6);
      expect(await group.innerText()).toContain('4 wordings of manual answer');
      // A mark stands where its score is: the best wording right of the worst.
      const marks = await group.locator('.strip .place').all();
      const places = await Promise.all(marks.map((mark) => mark.getAttribute('x')));
      expect(places).toEqual(['40.00%', '80.00%', '70.00%', '10.00%', '90.00%', '90.00%']);
    });
  });

  test('show the written, the chosen and the outermost ones, and templates as text', async () => {
    await withPage(probed, {}, async ({ page }) => {
      const rows = page.getByRole('table', { name: 'Chosen wordings of manual' }).getByRole('row');
      const texts = (await rows.allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
      expect(texts.slice(1)).toEqual([
        'as written As written {capital} 40 % 30–50 % 40 % 1.00',
        'best on validation Chosen {capital} 70 % 60–80 % 90 % 1.00',
        `best on test ${hostile} 80 % 70–90 % 30 % 1.00`,
        'worst on test Worst {capital} 10 % 0–20 % 10 % 1.00',
      ]);
      expect(await page.locator('img').count()).toBe(0);
    });
  });

  test('can be asked for in an editor, and are left out of a page that nobody probed', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      await page.getByRole('button', { name: 'Probe manual' }).click();
      expect(await posted()).toContainEqual({ type: 'probe', prompt: 'manual' });
    });
    await withPage(report, {}, async ({ page }) => {
      expect(await page.getByText('Other wordings').count()).toBe(0);
    });
  });
});

describe('the importance of virtual tokens', () => {
  const change = (accuracy: number, loss: number): ScoreChange => ({
    accuracy: { change: accuracy, interval: [accuracy - 0.1, accuracy + 0.1], pValue: 1 },
    loss: { change: loss, interval: [loss - 0.2, loss + 0.2], pValue: 1 },
  });
  const importance: PromptImportance = {
    prompt: 'learned',
    run: report.prompts.find(({ summary }) => summary.name === 'learned')!.runs[0]!.run,
    seed: 2,
    examples: 50,
    available: 57,
    replacement: 'vocabulary',
    accuracy: 0.9,
    loss: 0.3,
    tokens: [
      { index: 0, nearest: '<b>of</b>', without: change(-0.4, 1.25) },
      { index: 1, name: 'rel', without: change(0.02, -0.05) },
      { index: 2, without: change(0, 0) },
    ],
    exchanges: [
      { first: 0, second: 1, exchanged: change(-0.3, 0.8) },
      { first: 0, second: 2, exchanged: change(0, 0) },
      { first: 1, second: 2, exchanged: change(0.01, -0.1) },
    ],
    neighborsOnly: false,
    seconds: 1.5,
    sentences: ['Without 1 it answers 40 points less.'],
    fingerprint: report.fingerprints['learned']!,
  };
  const measured: FullReport = { ...report, insights: { importance: [importance] } };

  test('is told by bars and numbers, of right answers or of the loss', async () => {
    await withPage(measured, {}, async ({ page }) => {
      const group = page.getByRole('group', { name: 'Importance in learned' });
      const rows = async (name: string) => {
        const all = await group.getByRole('table', { name }).getByRole('row').allInnerTexts();
        return all.slice(1).map((text) => text.replace(/\s+/g, ' ').trim());
      };
      expect(await rows('Without each virtual token of learned')).toEqual([
        '1 near “<b>of</b>” −40 −50 to −30',
        '2 rel +2 −8 to +12',
        '3 0 −10 to +10',
      ]);
      const exchanged = 'Virtual tokens of learned in each other’s places';
      expect(await rows(exchanged)).toEqual(['1 −30 0', '2 +1']);
      expect(await group.innerText()).toContain('50 of 57 test examples');
      expect(await group.innerText()).toContain('Without 1 it answers 40 points less.');
      await group.getByRole('button', { name: 'loss' }).click();
      expect(await rows('Without each virtual token of learned')).toEqual([
        '1 near “<b>of</b>” +1.25 +1.05 to +1.45',
        '2 rel −0.05 −0.25 to +0.15',
        '3 0.00 −0.20 to +0.20',
      ]);
      expect(await rows(exchanged)).toEqual(['1 +0.80 0.00', '2 −0.10']);
    });
  });

  test('can be asked for in an editor', async () => {
    await withPage(report, { host: 'editor' }, async ({ page, posted }) => {
      await page.getByRole('button', { name: 'Measure learned' }).click();
      expect(await posted()).toContainEqual({ type: 'importance', prompt: 'learned' });
    });
  });
});

describe('trying an input', () => {
  const send = (page: OpenedPage['page'], message: ToReportPage) =>
    page.evaluate(`window.postMessage(${JSON.stringify(message)})`);
  const slots: ToReportPage = { type: 'slots', columns: ['country'] };
  const { inputs, answer: right } = openExamples(report.predictions);
  const country = inputs[0]!.texts[inputs[0]!.rows[0]!]!;
  const answer = right.texts[right.rows[0]!]!;
  const show = async (page: OpenedPage['page']) => {
    await send(page, slots);
    const [shown, examples] = splitReport(report);
    await send(page, { type: 'report', report: shown });
    await send(page, { type: 'examples', examples });
    await page
      .getByRole('grid')
      .or(page.getByRole('table', { name: 'Examples' }))
      .first()
      .waitFor();
  };
  const answers = (...shares: number[]) =>
    shares.map((probability, i) => ({ answer: `Answer ${i + 1}`, probability }));
  const tried = (id: number, prompt: string): ToReportPage => ({
    type: 'tried',
    id,
    result: {
      candidates: 'answers',
      milliseconds: 34.4,
      prompts: [
        { prompt, answers: answers(0.9, 0.08, 0.0001) },
        { prompt: 'learned', seed: 2, answers: [], reason: 'it was never trained' },
      ],
    },
  });
  const asked = async ({ posted }: OpenedPage) =>
    (await posted()).filter((one) => (one as { type: string }).type === 'try') as {
      readonly id: number;
      readonly input: Record<string, string>;
    }[];

  test('starts when it is opened, with the first example, and shows every prompt’s answers', async () => {
    await withPage(report, { host: 'editor' }, async (opened) => {
      const { page } = opened;
      await show(page);
      const section = page.locator('#try');
      await section.locator('summary').waitFor();
      expect(await asked(opened)).toEqual([]);
      await section.locator('summary').click();
      await section.getByText('Asking the model').waitFor();
      expect(await asked(opened)).toEqual([{ type: 'try', id: 1, input: { country } }]);
      await send(page, tried(1, 'manual'));
      const card = section.getByRole('region', { name: 'Answers of manual' });
      await card.waitFor();
      const items = await card.getByRole('listitem').allInnerTexts();
      expect(items.map((text) => text.replace(/\s+/g, ' '))).toEqual([
        'Answer 1 90 %',
        'Answer 2 8 %',
        'Answer 3 < 0.1 %',
      ]);
      expect(await section.getByRole('region', { name: 'Answers of learned' }).innerText()).toMatch(
        /learned\s*seed 2\s*No answer: it was never trained\./,
      );
      expect(await section.getByRole('status').innerText()).toContain(
        `right answer: ${answer}. Answered in 34 ms.`,
      );
    });
  });

  test('waits for a pause in typing, and drops answers that come late', async () => {
    await withPage(report, { host: 'editor' }, async (opened) => {
      const { page } = opened;
      await show(page);
      await send(page, { type: 'section', id: 'try' });
      const section = page.locator('#try');
      await section.getByText('Asking the model').waitFor();
      const field = section.getByRole('textbox', { name: 'country' });
      await field.fill('');
      await field.pressSequentially('Mali');
      await expect
        .poll(async () => (await asked(opened)).at(-1)!.input)
        .toEqual({ country: 'Mali' });
      const inputs = (await asked(opened)).map(({ input }) => input['country']);
      // Letters come faster than the pause is long.
      expect(inputs.length).toBeLessThan(1 + 'Mali'.length);
      expect(
        await page.evaluate(`document.querySelector('#try vscode-dropdown').selectedIndex`),
      ).toBe(0);
      const last = (await asked(opened)).at(-1)!.id;
      await send(page, tried(last - 1, 'late'));
      await send(page, tried(last, 'manual'));
      await section.getByRole('region', { name: 'Answers of manual' }).waitFor();
      expect(await section.getByText('late').count()).toBe(0);
      expect(await section.getByRole('status').innerText()).toBe('Answered in 34 ms.');
      // A new report leaves the input and the answers where they are.
      await field.focus();
      await show(page);
      await page.waitForFunction('document.activeElement.tagName === "VSCODE-TEXT-FIELD"');
      expect(await field.inputValue()).toBe('Mali');
      await send(page, { type: 'tried', id: last, problem: 'The model is gone. Get it again.' });
      await section.getByText('The model is gone. Get it again.').waitFor();
    });
  });

  test('says once what keeps every prompt from answering, and nothing of a time', async () => {
    await withPage(report, { host: 'editor' }, async (opened) => {
      const { page } = opened;
      await show(page);
      await send(page, { type: 'section', id: 'try' });
      const section = page.locator('#try');
      await section.getByRole('textbox', { name: 'country' }).fill('');
      await expect.poll(async () => (await asked(opened)).at(-1)!.input).toEqual({ country: '' });
      const { id } = (await asked(opened)).at(-1)!;
      const none = { answers: [], reason: 'country is empty' };
      const prompts = ['manual', 'learned'].map((prompt) => ({ prompt, ...none }));
      const result = { candidates: 'generate', milliseconds: 0.1, prompts } as const;
      await send(page, { type: 'tried', id, result });
      await section.getByText('No answer: country is empty.').waitFor();
      const said = (await section.innerText()).replace(/\s+/g, ' ');
      expect(said.match(/country is empty/g)).toHaveLength(1);
      expect(said).not.toMatch(/Answered in|written freely/);
    });
  });

  test('marks a written answer that is right but for its punctuation, and one without a letter', async () => {
    await withPage(report, { host: 'editor' }, async (opened) => {
      const { page } = opened;
      await show(page);
      await send(page, { type: 'section', id: 'try' });
      const section = page.locator('#try');
      await section.getByText('Asking the model').waitFor();
      const { id } = (await asked(opened)).at(-1)!;
      const one = (prompt: string, text: string) => ({
        prompt,
        answers: [{ answer: text, probability: 0.9 }],
      });
      const prompts = [one('manual', `${answer}.`), one('learned', '')];
      await send(page, {
        type: 'tried',
        id,
        result: { candidates: 'generate', milliseconds: 3, prompts },
      });
      const manual = section.getByRole('region', { name: 'Answers of manual' });
      await manual.waitFor();
      expect((await manual.getByRole('listitem').innerText()).replace(/\s+/g, ' ')).toMatch(
        new RegExp(`right: ${answer}\\.`),
      );
      const learned = section.getByRole('region', { name: 'Answers of learned' });
      expect(await learned.locator('.nothing').innerText()).toBe('(empty)');
    });
  });

  test('needs no report, but an editor', async () => {
    await withPage(undefined, { host: 'editor' }, async (opened) => {
      const { page } = opened;
      await send(page, slots);
      await send(page, { type: 'nothing', text: 'No report yet.' });
      await page.locator('#try summary').click();
      const field = page.locator('#try').getByRole('textbox', { name: 'country' });
      await field.fill('Peru');
      await expect
        .poll(async () => (await asked(opened)).at(-1)!.input)
        .toEqual({ country: 'Peru' });
    });
    await withPage(report, {}, async ({ page }) => {
      const section = page.locator('#try');
      expect(await section.innerText()).toContain(
        'To try inputs of your own, open capitals.ptune in the editor and choose “Try it”.',
      );
      expect(await section.locator('vscode-text-field, vscode-button').count()).toBe(0);
    });
  });
});
