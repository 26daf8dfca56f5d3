/** Templates and data of other programs, as files to start from that have nothing to mend. */
import { readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkFile } from '../../src/data/checkFile.ts';
import { importPath } from '../../src/exchange/import/importPath.ts';
import { jsonLines } from '../support/cli.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';
import { writeFiles } from '../support/tinyModels.ts';
import { contextFor } from '../support/trainingContext.ts';

/** Imports what lies at `path` among the files; the text and data that come of it. */
async function imported(files: Readonly<Record<string, unknown>>, path: string) {
  const folder = await temporaryFolder();
  await writeFiles(join(folder, 'in'), files);
  const output = join(folder, 'out');
  const reply = await importPath({ path: join(folder, 'in', path), output }, contextFor().context);
  const text = await readFile(reply.file, 'utf8');
  const errors = (await checkFile(text, reply.file)).filter(({ severity }) => severity === 'error');
  expect(errors).toEqual([]);
  const data = new Map<string, unknown[]>();
  for (const name of reply.files) {
    data.set(name, jsonLines(await readFile(join(dirname(reply.file), name), 'utf8')));
  }
  return { reply, text, data, prompts: text.slice(text.indexOf('@prompt')) };
}

test('a relation of LAMA comes with its template and its three splits', async () => {
  const row = (sub_label: string, obj_label: string) =>
    `${JSON.stringify({ uuid: 'x', sub_label, obj_label, masked_sentence: 'y' })}\n`;
  const { reply, data, prompts } = await imported(
    {
      'P36/train.jsonl': row('Peru', 'Lima') + row('Chad', 'Oslo'),
      'P36/dev.jsonl': row('Mali', 'Rome'),
      'P36/test.jsonl': row('Cuba', 'Cairo'),
      'relations.jsonl': '{"relation":"P36","template":"The {capital} of [X] is [Y] ."}\n',
    },
    'P36',
  );
  expect(reply).toMatchObject({ kind: 'P-tuning (LAMA)', warnings: [] });
  expect(basename(reply.file)).toBe('P36.ptune');
  expect(prompts).toBe(`@prompt manual
The {{capital}} of {sub_label} is {obj_label} .

@prompt learned
{*3} {sub_label} {*3} {obj_label} {*3}
`);
  expect(data.get('P36.train.jsonl')).toEqual([
    { sub_label: 'Peru', obj_label: 'Lima' },
    { sub_label: 'Chad', obj_label: 'Oslo' },
  ]);
  expect(data.get('P36.validation.jsonl')).toEqual([{ sub_label: 'Mali', obj_label: 'Rome' }]);
  expect(data.get('P36.test.jsonl')).toEqual([{ sub_label: 'Cuba', obj_label: 'Cairo' }]);
});

test('templates of OpenPrompt keep their words, slots, soft tokens and label words', async () => {
  const { reply, text, prompts } = await imported(
    {
      'mixed_template.txt': [
        '{"placeholder": "text_a"} It was {"mask"}.',
        '{"soft": None, "duplicate": 20}{"soft": "in the"} {"placeholder":"text_b", "shortenable": False} {"meta": "topic"} {"soft_id": 1}{"soft_id": 1} {"mask"}',
        '{"soft"} {"soft": None, "duplicate": 2, "same": True} {"placeholder": "text_a", "post_processing": lambda x: x.upper()} {"mask"} {"nothing"}',
      ].join('\n'),
      'manual_verbalizer.json': { negative: ['bad', 'terrible'], positive: ['good'] },
    },
    'mixed_template.txt',
  );
  expect(prompts).toBe(`@prompt template1
{text_a|shorten} It was {label}.

@prompt template2
{*20}{*"in the"} {text_b} {topic} {*soft1:1}{*soft1} {label}

@prompt template3
{*} {*same:1}{*same} {text_a|shorten} {label} 
`);
  expect(text).toContain('negative:');
  expect(reply.warnings).toEqual([
    'mixed_template.txt:3: "post_processing" is left out.',
    'mixed_template.txt:3: {"nothing"} cannot be expressed and is left out.',
    expect.stringContaining('put your own examples'),
  ]);
});

const config = `description: cities
prompts:
  - "The capital of {{ country | upper }} is"
  - file://more.txt
  - '{{#if x}}'
providers: [openai:gpt-4]
defaultTest:
  vars: {year: 2026}
tests:
  - vars: {country: Peru}
    assert:
      - {type: icontains, value: Lima}
      - {type: llm-rubric, value: nice}
  - vars: {country: Chad}
    assert: [{type: javascript, value: "1"}]
`;

test('a configuration of promptfoo gives its prompts, and rows of the tests that compare', async () => {
  const { reply, data, prompts } = await imported(
    { 'promptfooconfig.yaml': config, 'more.txt': 'In {{year}}, {{country}} has\n' },
    '.',
  );
  expect(prompts).toBe(`@prompt prompt1
The capital of {country|upper} is {expected}

@prompt prompt2
In {year}, {country} has {expected}

@prompt prompt3
{{{{#if x}}}} {expected}
`);
  expect(data.get('promptfooconfig.train.jsonl')).toEqual([
    { year: '2026', country: 'Peru', expected: 'Lima' },
  ]);
  expect(reply.warnings).toEqual([
    'promptfooconfig.yaml:5: "{{#if x}}" cannot be expressed and is left as words.',
    'promptfooconfig.yaml:6: "providers" is left out.',
    'promptfooconfig.yaml:10: the assertion "llm-rubric" is left out.',
    'promptfooconfig.yaml:14: the assertion "javascript" is left out.',
    'promptfooconfig.yaml:14: this test has no answer to compare with and is left out.',
  ]);
});

test.each([
  [
    'YAML',
    'tests: file://cases.yaml',
    'cases.yaml',
    `- vars: {country: Peru}
  assert: [{type: equals, value: Lima}]
- vars: {country: Chad}
  assert: [{type: llm-rubric, value: nice}]
`,
    'cases.yaml:3',
  ],
  [
    'JSON',
    'tests: [file://cases.json]',
    'cases.json',
    `[
  {"vars": {"country": "Peru"}, "assert": [{"type": "equals", "value": "Lima"}]},
  {"vars": {"country": "Chad"}, "assert": [{"type": "llm-rubric"}]}
]
`,
    'cases.json:3',
  ],
  [
    'JSON lines',
    'tests: file://cases.jsonl',
    'cases.jsonl',
    `{"vars": {"country": "Peru"}, "assert": [{"type": "equals", "value": "Lima"}]}

{"vars": {"country": "Chad"}, "assert": [{"type": "llm-rubric"}]}
`,
    'cases.jsonl:3',
  ],
  [
    'a table',
    'tests: cases.csv',
    'cases.csv',
    'country,__expected,__description\nPeru,Lima,first\nChad,llm-rubric: nice,second\n',
    'cases.csv:3',
  ],
])(
  'tests of promptfoo in a file of their own are read, as %s',
  async (_, tests, name, text, place) => {
    const { reply, data } = await imported(
      { 'promptfooconfig.yaml': `prompts: ["{{country}} is"]\n${tests}\n`, [name]: text },
      '.',
    );
    expect(data.get('promptfooconfig.train.jsonl')).toEqual([
      { country: 'Peru', expected: 'Lima' },
    ]);
    expect(reply.warnings).toEqual([
      `${place}: the assertion "llm-rubric" is left out.`,
      `${place}: this test has no answer to compare with and is left out.`,
    ]);
  },
);

test('what a row of promptfoo expects is a kind of comparison, or an answer with a colon', async () => {
  const rows = ['equals: Lima', 'icontains:Lima', 'starts-with: Li', 'yes: or no', 'javascript: 1'];
  const { data } = await imported(
    {
      'promptfooconfig.yaml': 'prompts: ["{{a}} is"]\ntests: cases.csv\n',
      'cases.csv': `a,__expected\n${rows.map((row) => `x,${row}\n`).join('')}`,
    },
    '.',
  );
  const answers = data.get('promptfooconfig.train.jsonl') as { expected: string }[];
  expect(answers.map(({ expected }) => expected)).toEqual(['Lima', 'Lima', 'Li', 'yes: or no']);
});

test('tests that a program would make are left out with a word', async () => {
  const { reply } = await imported(
    { 'promptfooconfig.yaml': 'prompts: ["{{a}} is"]\ntests: file://make.py:tests\n' },
    '.',
  );
  expect(reply.warnings[0]).toBe(
    'promptfooconfig.yaml:2: the tests of "make.py:tests" are left out: it is a program or lies elsewhere; what it would give is left out.',
  );
});

test('a .prompty file gives its template and its sample', async () => {
  const { reply, data, prompts } = await imported(
    {
      'ask.prompty': `---
name: Ask a question
model: {api: chat}
sample:
  question: Where?
---
system:
You help {{name}}.

user:
{{question}}
@home
`,
    },
    'ask.prompty',
  );
  expect(prompts).toBe('@prompt imported\nYou help {name}.\n\n{question}\n@@home {answer}\n');
  expect(data.get('Ask-a-question.train.jsonl')).toEqual([
    { name: 'an example', question: 'Where?', answer: 'yes' },
    { name: 'an example', question: 'Where?', answer: 'no' },
  ]);
  expect(reply.warnings).toEqual([
    'ask.prompty:2: "model" is left out.',
    expect.stringContaining('the roles system: user: are left out'),
    expect.stringContaining('has no answer'),
  ]);
});

const bomb = `a: &a [x, x, x, x, x, x, x, x, x]
b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
c: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
d: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c]
prompts: [{raw: *d}]
`;

test.each([
  ['a path out of the folder', 'p.yaml', 'prompts: [file://../secret.txt]', 'import/outside'],
  ['an absolute path', 'p.yaml', 'prompts: [file:///etc/hostname]', 'import/outside'],
  ['tests out of the folder', 'p.yaml', 'prompts: [x]\ntests: file://../a.csv', 'import/outside'],
  ['tests that are missing', 'p.yaml', 'prompts: [x]\ntests: none.csv', 'import/unreadable'],
  ['aliases that grow without end', 'p.yaml', bomb, 'import/unreadable'],
  ['YAML that is none', 'p.yaml', 'prompts: [', 'import/unreadable'],
  ['bytes that are no text', 'p.yaml', Uint8Array.of(0xff, 0xfe, 0x80), 'import/unreadable'],
  ['settings without an end', 'p.prompty', '---\nname: x\n', 'import/unreadable'],
  ['a text of another kind', 'p.txt', 'hello', 'import/unknown'],
])('%s is refused with a code', async (_, name, content, code) => {
  const folder = await temporaryFolder();
  await writeFiles(folder, { 'in/.keep': '', 'secret.txt': 'secret' });
  await writeFile(join(folder, 'in', name), content);
  const request = { path: join(folder, 'in', name), output: join(folder, 'out') };
  await expect(importPath(request, contextFor().context)).rejects.toMatchObject({ code });
});
