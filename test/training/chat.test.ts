/** Prompts in a model's chat template: what the model reads, and whole trainings. */
import { readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PromptEncoding } from '../../src/encoding/encodePrompt.ts';
import { chatFormat } from '../../src/hub/chatFormat.ts';
import { loadTokenizer } from '../../src/hub/tokenizer.ts';
import { parse } from '../../src/language/parser.ts';
import type { TrainingEvent } from '../../src/protocol/events.ts';
import { openPromptFile } from '../../src/training/promptFile.ts';
import { scoreFile } from '../../src/training/scoreFile.ts';
import { trainFile } from '../../src/training/trainFile.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeCausalModel } from '../support/tinyModels.ts';
import { prompts, writeProject, type ProjectOptions } from '../support/tinyProject.ts';

/** Turns between marks, the way instruction models write them; a mark is a token of its own. */
const turns =
  "{{ bos_token }}{% for m in messages %}{{ '<' + m.role + '>' + m.content | trim + '</turn>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<assistant>' }}{% endif %}";

const marks = ['<user>', '<assistant>', '</turn>'];

/** Gives the model in `folder` a chat template and its marks. */
async function addChat(folder: string, template: string | undefined, file?: string): Promise<void> {
  const change = async (name: string, edit: (json: Record<string, unknown>) => object) => {
    const path = join(folder, name);
    const json = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
    await writeFile(path, JSON.stringify(edit(json)));
  };
  await change('tokenizer.json', (json) => {
    const added = json.added_tokens as { id: number }[];
    // In place of bytes that no text here has: the model has no more rows.
    const own = marks.map((content, i) => ({ ...added[0]!, id: 200 + i, content }));
    const model = json.model as { vocab: Record<string, number> };
    const kept = Object.entries(model.vocab).filter(([, id]) => id < 200 || id > 202);
    const vocab: Record<string, number> = Object.fromEntries([
      ...kept,
      ...marks.map((mark, i) => [mark, 200 + i] as const),
    ]);
    return { ...json, added_tokens: [...added, ...own], model: { ...model, vocab } };
  });
  if (file !== undefined) await writeFile(join(folder, file), template ?? '');
  else if (template !== undefined) {
    await change('tokenizer_config.json', (json) => ({ ...json, chat_template: template }));
  }
}

const example = { index: 0, row: { country: 'Peru' }, answer: 'Lima', source: 'x.jsonl:1' };

/** The tokens of a template in a chat, vectors as "*". */
async function read(template: string, chat = turns, file?: string): Promise<string> {
  const folder = await writeCausalModel(await temporaryFolder());
  await addChat(folder, chat, file);
  const tokenizer = await loadTokenizer(folder);
  const head = '---\nmodel: m\nanswer: capital\ndata:\n  train: x.jsonl\n---\n@prompt p\n';
  const encoding = new PromptEncoding(parse(`${head}${template}\n`).prompts[0]!, {
    tokenizer,
    causal: true,
    maxLength: undefined,
    chat: tokenizer.chatFormat()!,
  });
  const { ids, rows, answerPositions } = encoding.encode(example, encoding.answerIds('Lima'));
  expect(answerPositions).toEqual([ids.length - 2]);
  return ids.map((id, i) => (rows[i]! < 0 ? `"${tokenizer.tokenText(id)}"` : '*')).join(' ');
}

describe('the model reads', () => {
  test('what stands before the answer as the user’s message, the answer as its own', async () => {
    expect(await read('The capital of {country} is {capital} .')).toBe(
      '"<|endoftext|>" "<user>" "The" " capital" " of" " Peru" " is" "</turn>" "<assistant>" "Lima"',
    );
  });

  test('vectors at their places within the message', async () => {
    expect(await read('{*2} {country} {*} is {*} {capital}')).toBe(
      '"<|endoftext|>" "<user>" * * " Peru" * " is" * "</turn>" "<assistant>" "Lima"',
    );
  });

  test('a space before its answer where the template has one', async () => {
    const spaced =
      "{% for m in messages %}{{ '<user>' + m.content + '<assistant>' if m.role == 'user' else ' ' + m.content + '</turn>' }}{% endfor %}";
    expect(await read('{country} {capital}', spaced)).toBe('"<user>" "Peru" "<assistant>" " Lima"');
  });

  test('a template in a file of its own', async () => {
    const expected = '"<|endoftext|>" "<user>" "Peru" "</turn>" "<assistant>" "Lima"';
    expect(await read('{country} {capital}', turns, 'chat_template.jinja')).toBe(expected);
  });
});

test('a template that leaves a message out or repeats it is refused', () => {
  expect(() => chatFormat(() => 'nothing')).toThrow('once each');
  expect(() => chatFormat((messages) => messages.map((m) => m.content + m.content).join())).toThrow(
    'once each',
  );
});

function contextOf() {
  const events: TrainingEvent[] = [];
  let seconds = 0;
  const context = {
    emit: (event: TrainingEvent) => void events.push(event),
    signal: new AbortController().signal,
    now: () => 1000 * seconds++,
    bundledModels: '/nowhere',
    version: '0.0.0',
    threads: 1,
  };
  return { context, events };
}

const project = async (options: ProjectOptions = {}, chat: string | undefined = turns) => {
  const path = await writeProject(await temporaryFolder(), {
    model: 'causal',
    size: { layers: 1, width: 32, heads: 4, spread: 0.25 },
    settings: 'chat: true\n',
    ...options,
  });
  if (options.model !== 'masked') await addChat(join(dirname(path), 'model'), chat);
  return path;
};

test('a prompt is trained and scored in the chat template, and scores otherwise without it', async () => {
  const train = [
    'encoder: none',
    'learningRate: 0.1',
    'steps: 40',
    'batchSize: 8',
    'patience: 100',
  ];
  const path = await project({ train });
  const { context, events } = contextOf();
  const summary = await trainFile({ path }, context);
  const losses = events.flatMap((event) => (event.type === 'step' ? [event.loss] : []));
  expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
  const text = (await readFile(path, 'utf8')).replace('chat: true\n', '');
  const plain = await scoreFile({ path, text, split: 'test' }, contextOf().context);
  // The learned prompt belongs to the chat: without it, it has no run.
  expect(plain.prompts.map(({ name }) => name)).toEqual(['manual']);
  expect(plain.prompts[0]!.loss).not.toBe(summary.prompts[0]!.loss);
});

test('a written answer ends with the token that ends a turn', async () => {
  const path = await project({ settings: 'chat: true\ncandidates: generate\n', prompts });
  const open = await openPromptFile(path, undefined, contextOf().context);
  const encoding = open.encodingOf(open.file.prompts[0]!, 1);
  const { tokenizer } = open.model.open;
  expect(encoding.answerIds('Lima').map((id) => tokenizer.tokenText(id))).toEqual([
    'Lima',
    '</turn>',
  ]);
  await open.model.release();
});

test.each([
  ['has no chat template', {}, undefined, 'model/no-chat-template'],
  ['is a masked one', { model: 'masked' }, turns, 'model/unsupported'],
  ['is an encoder-decoder one', { model: 'encoderDecoder' }, undefined, 'model/unsupported'],
  ['has a broken template', {}, '{% for %}', 'model/unreadable'],
] as const)('a model that %s is refused with the next step', async (_, options, chat, code) => {
  const path = await writeProject(await temporaryFolder(), {
    model: 'causal',
    settings: 'chat: true\n',
    ...options,
  });
  if (chat !== undefined && !('model' in options))
    await addChat(join(dirname(path), 'model'), chat);
  await expect(scoreFile({ path, split: 'test' }, contextOf().context)).rejects.toMatchObject({
    code,
    nextStep: expect.stringContaining('Remove "chat: true"') as string,
  });
});
