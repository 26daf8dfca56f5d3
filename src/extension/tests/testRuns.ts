/** Running tests: a file is scored once, and each of its prompts is told how it ended. */
import {
  type CancellationToken,
  Location,
  MarkdownString,
  type TestController,
  type TestItem,
  TestMessage,
  type TestRun,
  type TestRunRequest,
  TestRunProfileKind,
  type Uri,
  workspace,
} from 'vscode';
import { toPtuneError } from '../../base/errors.ts';
import type { Summary } from '../../protocol/summary.ts';
import type { CommandId, Registration } from '../commands.ts';
import { parsedFile } from '../documents.ts';
import type { Job, TrainingController } from '../jobs/trainingController.ts';
import { markdownText } from '../scores/markdown.ts';
import type { ScoreService } from '../scores/scoreService.ts';
import { type TestProblem, testOutcome } from './testOutcome.ts';

/** What a test run uses and keeps up to date. */
interface Parts {
  readonly training: TrainingController;
  readonly scores: ScoreService;
}

/** Adds the ways to run tests. `resolve` finds the children of a suite, or all suites. */
export function addTestProfiles(
  controller: TestController,
  parts: Parts,
  resolve: (item: TestItem | undefined) => Promise<void>,
): Registration[] {
  const profile = (label: string, kind: Job['kind'], isDefault: boolean) =>
    controller.createRunProfile(
      label,
      TestRunProfileKind.Run,
      async (request, token) => {
        const files = await filesOf(controller, request, resolve);
        const run = controller.createTestRun(request);
        try {
          for (const items of files.values()) for (const item of items) run.enqueued(item);
          for (const [suite, items] of files) {
            await runFile(suite.uri!, items, kind, { ...parts, run, token });
          }
        } finally {
          run.end();
        }
      },
      isDefault,
    );
  return [profile('Check Prompts', 'score', true), profile('Train, Then Check', 'train', false)];
}

/** The prompts to run, by their file. */
async function filesOf(
  controller: TestController,
  request: TestRunRequest,
  resolve: (item: TestItem | undefined) => Promise<void>,
): Promise<Map<TestItem, TestItem[]>> {
  if (request.include === undefined) await resolve(undefined);
  const included = request.include ?? [...controller.items].map(([, item]) => item);
  const excluded = new Set(request.exclude ?? []);
  const files = new Map<TestItem, TestItem[]>();
  for (const item of included) {
    if (item.parent === undefined && item.children.size === 0) await resolve(item);
    const suite = item.parent ?? item;
    const items = item.parent === undefined ? [...item.children].map(([, one]) => one) : [item];
    const known = files.get(suite) ?? [];
    const more = items.filter((one) => !excluded.has(one) && !known.includes(one));
    if (!excluded.has(suite)) files.set(suite, [...known, ...more]);
  }
  return files;
}

interface Running extends Parts {
  readonly run: TestRun;
  readonly token: CancellationToken;
}

/** Scores one file and tells every item how its prompt ended. */
async function runFile(
  uri: Uri,
  items: readonly TestItem[],
  kind: Job['kind'],
  { run, token, training, scores }: Running,
): Promise<void> {
  if (items.length === 0) return;
  if (token.isCancellationRequested) return items.forEach((item) => run.skipped(item));
  const obstacle = !workspace.isTrusted
    ? 'Models are run only in a workspace that you trust. Trust it, then run the tests again.'
    : training.runningText === undefined
      ? undefined
      : `One thing at a time; this is in progress: ${training.runningText}. Wait for it or cancel it, then run the tests again.`;
  if (obstacle !== undefined) {
    return items.forEach((item) => run.errored(item, messageOf({ text: obstacle }, item)));
  }
  for (const item of items) run.started(item);
  const started = Date.now();
  let summary: Summary;
  try {
    const document = await workspace.openTextDocument(uri);
    const names = new Set(items.map(({ label }) => label));
    const learned = parsedFile(document).prompts.filter(
      ({ name, kind: is, from }) => is === 'continuous' && from === undefined && names.has(name),
    );
    const job: Job =
      kind === 'train' && learned.length > 0
        ? { kind, prompts: learned.map(({ name }) => name) }
        : { kind: 'score' };
    summary = await training.run(document, job, token);
    // The lines show the new scores at once, not when the report's file is seen to have changed.
    await scores.fresh(document);
  } catch (thrown) {
    const error = toPtuneError(thrown);
    if (error.kind === 'cancelled') return items.forEach((item) => run.skipped(item));
    const text = [error.message, error.nextStep].filter(Boolean).join(' ');
    return items.forEach((item) => run.errored(item, messageOf({ text }, item)));
  }
  const took = (Date.now() - started) / items.length;
  for (const item of items) tell(run, item, summary, took);
}

function tell(run: TestRun, item: TestItem, summary: Summary, took: number): void {
  const outcome = testOutcome(summary, item.label);
  for (const line of outcome.output) run.appendOutput(`${line}\r\n`, undefined, item);
  switch (outcome.kind) {
    case 'passed':
      return run.passed(item, took);
    case 'skipped':
      return run.skipped(item);
    case 'failed':
      return run.failed(
        item,
        outcome.problems.map((problem) => messageOf(problem, item)),
        took,
      );
    case 'errored':
      return run.errored(
        item,
        outcome.problems.map((problem) => messageOf(problem, item, true)),
        took,
      );
  }
}

/** The message at the prompt's line; `canTrain` puts a link that trains it below. */
function messageOf(problem: TestProblem, item: TestItem, canTrain = false): TestMessage {
  const message = new TestMessage(canTrain ? withTrainLink(problem.text, item) : problem.text);
  if (item.uri !== undefined && item.range !== undefined) {
    message.location = new Location(item.uri, item.range);
  }
  return message;
}

function withTrainLink(text: string, { uri, label }: TestItem): MarkdownString {
  const command: CommandId = 'ptune.train';
  const target = encodeURIComponent(JSON.stringify([{ uri: uri!.toString(), prompt: label }]));
  const markdown = new MarkdownString(
    `${markdownText(text)}\n\n[Train it](command:${command}?${target})`,
  );
  markdown.isTrusted = { enabledCommands: [command] };
  return markdown;
}
