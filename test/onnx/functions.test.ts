/** Files that define functions of their own, against the engine. */
import { describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { findLanguageModel } from '../../src/model/languageModel.ts';
import { GraphBuilder } from '../../src/onnx/builder.ts';
import type { ValueInfo } from '../../src/onnx/graph.ts';
import { inlineModel } from '../../src/onnx/inline.ts';
import {
  attributeTypes,
  ModelProto,
  type AttributeMessage,
  type FunctionMessage,
  type ModelMessage,
  type NodeMessage,
} from '../../src/onnx/schema.ts';
import { writeModel } from '../../src/onnx/write.ts';
import { float32, Session } from '../../src/runtime/session.ts';
import { GraphMaker, readBytes } from '../support/graphMaker.ts';

const domain = 'own';
const x: ValueInfo = { name: 'x', dtype: 'float32', shape: [2, 3] };

const node = (
  opType: string,
  input: string[],
  output: string[],
  more: Partial<NodeMessage> = {},
): NodeMessage => ({ opType, input, output, name: `${opType} of ${output.join()}`, ...more });

/** The attribute of a node inside of a function that a call gives. */
const given = (name: string, type: number): AttributeMessage => ({ name, type, refAttrName: name });

const alpha = (f: number): AttributeMessage => ({ name: 'alpha', type: attributeTypes.float, f });

const made = (
  name: string,
  [input, output]: readonly [string[], string[]],
  nodes: NodeMessage[],
  more: Partial<FunctionMessage> = {},
): FunctionMessage => ({
  name,
  domain,
  input,
  output,
  node: nodes,
  opsetImport: [
    { domain: '', version: 17 },
    { domain, version: 1 },
  ],
  ...more,
});

/** A file with these functions, which a call of the first of them goes through: x → y. */
function fileOf(functions: FunctionMessage[], call: Partial<NodeMessage> = {}): Uint8Array {
  const g = new GraphMaker();
  g.name('x', 'y');
  const message = ModelProto.decode(
    g.bytes([x], [{ ...x, name: 'y' }], 17),
  ) as unknown as ModelMessage;
  message.graph!.node = [
    { opType: functions[0]!.name!, domain, input: ['x'], output: ['y'], ...call },
  ];
  message.opsetImport!.push({ domain, version: 1 });
  return ModelProto.encode({ ...message, functions }).finish();
}

const leaky = made(
  'Leaky',
  [['v'], ['w']],
  [node('LeakyRelu', ['v'], ['w'], { attribute: [given('alpha', attributeTypes.float)] })],
  { attributeProto: [alpha(0.3)] },
);

const bounded = made(
  'Bounded',
  [['v', 'low', 'high'], ['w']],
  [node('Clip', ['v', 'low', 'high'], ['w'])],
);

/** v, or its negative where it has a row: what it hands on comes from outside of its graphs. */
const branched = made(
  'Branched',
  [['v'], ['w']],
  [
    node('Size', ['v'], ['n']),
    node('Cast', ['n'], ['some'], {
      attribute: [{ name: 'to', type: attributeTypes.int, i: 9 }],
    }),
    node('If', ['some'], ['w'], {
      attribute: (['then_branch', 'else_branch'] as const).map((name) => ({
        name,
        type: attributeTypes.graph,
        g: {
          name,
          node: [node(name === 'then_branch' ? 'Neg' : 'Identity', ['v'], [`${name} w`])],
          output: [{ name: `${name} w`, type: { tensorType: { elemType: 1 } } }],
        },
      })),
    }),
  ],
);

const cases: Readonly<Record<string, readonly [FunctionMessage[], Partial<NodeMessage>?]>> = {
  'an attribute by default': [[leaky]],
  'an attribute of the call': [[leaky], { attribute: [alpha(0.7)] }],
  'an attribute that stays away': [
    [{ ...leaky, attributeProto: [], attribute: ['alpha'] } as FunctionMessage],
  ],
  'an optional input that the call leaves out': [
    [
      made(
        'Outer',
        [['v'], ['w']],
        [
          node('ReduceMean', ['v'], ['high'], {
            attribute: [{ name: 'keepdims', type: attributeTypes.int, i: 0 }],
          }),
          node('Bounded', ['v', '', 'high'], ['w'], { domain }),
        ],
      ),
      bounded,
    ],
  ],
  'calls of one function in another, with equal names inside': [
    [
      made(
        'Outer',
        [['v'], ['w']],
        [
          node('Inner', ['v'], ['t'], { domain }),
          node('Inner', ['t'], ['u'], { domain }),
          node('Add', ['u', 't'], ['w']),
        ],
      ),
      made('Inner', [['v'], ['w']], [node('Tanh', ['v'], ['t']), node('Mul', ['t', 'v'], ['w'])]),
    ],
  ],
  'a branch inside': [[branched]],
};

describe('a function of the file is put in where it is called', () => {
  test.each(Object.entries(cases))('with %s', async (_, [functions, call]) => {
    const bytes = fileOf(functions, call);
    const feeds = { x: float32([2, 3], Float32Array.of(-2, -1, -0.25, 0.5, 1, 3)) };
    const direct = await Session.create(bytes);
    const { y } = await direct.run(feeds);
    await direct.release();
    const builder = new GraphBuilder();
    builder.input('x', 'float32', [2, 3]);
    const names = inlineModel(builder, readBytes(bytes), new Map([['x', 'x']]), ['y']);
    const own = await Session.create(writeModel(builder.build({ own: names.get('y')! })));
    const found = await own.run(feeds);
    await own.release();
    expect([...found.own!]).toEqual([...y!]);
  });
});

test('token embeddings are found inside of a function', () => {
  const g = new GraphMaker();
  const table = g.drawn('words', [40, 8], new Random(1), 1);
  const ids: ValueInfo = { name: 'input_ids', dtype: 'int64', shape: ['b', 't'] };
  g.name('input_ids', 'logits');
  const logits: ValueInfo = { name: 'logits', dtype: 'float32', shape: ['b', 't', 8] };
  const message = ModelProto.decode(g.bytes([ids], [logits], 17)) as unknown as ModelMessage;
  message.graph!.node = [
    { opType: 'Embedding', domain, input: [table, 'input_ids'], output: ['logits'] },
  ];
  message.opsetImport!.push({ domain, version: 1 });
  message.functions = [made('Embedding', [['w', 'i'], ['o']], [node('Gather', ['w', 'i'], ['o'])])];
  const lm = findLanguageModel(readBytes(ModelProto.encode(message).finish()), true);
  expect(lm.embedding).toMatchObject({ table: 'words', output: 'logits', width: 8 });
});

describe('functions that cannot be put in are told', () => {
  const calls = (name: string, called: string, n = 1) =>
    made(
      name,
      [['v'], ['w']],
      Array.from({ length: n }, (_, i) =>
        node(called, ['v'], [i === 0 ? 'w' : `w${i}`], { domain }),
      ),
    );

  test.each([
    [
      'that call themselves',
      [calls('Outer', 'Inner'), calls('Inner', 'Outer')],
      'cannot be read as an ONNX model: its function "Outer" calls itself.',
    ],
    [
      'that make more of themselves than a model holds',
      [
        ...Array.from({ length: 20 }, (_, i) => calls(`F${i}`, `F${i + 1}`, 4)),
        made('F20', [['v'], ['w']], []),
      ],
      'it has more than 100000 nodes once its functions are put in.',
    ],
    [
      'of another operator set',
      [
        made('Outer', [['v'], ['w']], [node('Neg', ['v'], ['w'])], {
          opsetImport: [{ domain: '', version: 15 }],
        }),
      ],
      'is written in operator set 17, and its function "Outer" in 15.',
    ],
  ])('%s', (_, functions, message) => {
    expect(() => readBytes(fileOf(functions))).toThrow(
      expect.objectContaining({ message: expect.stringContaining(message) as string }),
    );
  });
});
