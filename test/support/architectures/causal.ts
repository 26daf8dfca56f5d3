/** Causal language models: what tells each architecture from GPT-2, in its exporter's nodes. */
import { int, type Graph, type Node, type ValueInfo } from '../../../src/onnx/graph.ts';
import { lowest, sizes, type Layout } from './layout.ts';

const { width, heads, headWidth, positions } = sizes;

/** Positions from 0 on, of the tokens that are attended to: int64 [B, T]. */
function countedPlaces(l: Layout): string {
  const upTo = l.op('CumSum', 'attention_mask', l.g.scalar(1, 'int64'));
  const place = l.op('Sub', upTo, l.g.scalar(1, 'int64'));
  const isPadding = l.op('Equal', 'attention_mask', l.g.scalar(0, 'int64'));
  return l.op('Where', isPadding, l.g.scalar(1, 'int64'), place);
}

/** softmax(scores + mask)·v, through a product of its own. */
function attended(l: Layout, scores: string, v: string): string {
  const weights = l.softmax(l.op('Add', scores, l.maskBias()));
  return l.linear(l.join(l.op('MatMul', weights, v)), width, width);
}

/** Angles of n / 2 pairs at every position, [positions, n / 2]. */
function angles(l: Layout, n: number): string {
  const turns = (i: number) => Math.floor(i / (n / 2)) / 100 ** ((2 * (i % (n / 2))) / n);
  const all = Array.from({ length: (positions * n) / 2 }, (_, i) => turns(i));
  return l.g.constant('float32', [positions, n / 2], all);
}

/** x turned by positions: the second half of its `n` numbers goes, negated, before the first. */
function turnedByHalves(l: Layout, x: string, cosine: string, sine: string, n: number): string {
  const [first, second] = [l.slice(x, 3, 0, n / 2), l.slice(x, 3, n / 2, 1e9)];
  const turned = l.concat(-1, l.op('Neg', second), first);
  return l.op('Add', l.op('Mul', x, cosine), l.op('Mul', turned, sine));
}

/** What `repeat_interleave` becomes where lengths are not known: a loop that fills a sequence. */
function repeatedTwice(l: Layout, x: string, count: number): string {
  const { g } = l;
  const parts = g.op('SplitToSequence', [x, g.scalar(1, 'int64')], { axis: int(2) });
  const value = (name: string, dtype: ValueInfo['dtype']): ValueInfo => ({
    name,
    dtype,
    shape: [],
  });
  const own = (name: string) => `${parts} ${name}`;
  const node = (op: string, inputs: string[], output: string, axis?: number): Node => ({
    op,
    domain: '',
    name: own(`${op} ${output}`),
    inputs,
    outputs: [own(output)],
    attributes: axis === undefined ? {} : { axis: int(axis) },
  });
  const body: Graph = {
    name: 'body',
    inputs: [value(own('i'), 'int64'), value(own('goes'), 'bool'), value(own('list'), 'float32')],
    outputs: [value(own('still'), 'bool'), value(own('longer'), 'float32')],
    nodes: [
      node('Identity', [own('goes')], 'still'),
      node('SequenceAt', [parts, own('i')], 'part'),
      node('Concat', [own('part'), own('part')], 'pair', 2),
      node('SequenceInsert', [own('list'), own('pair')], 'longer'),
    ],
    initializers: new Map(),
  };
  const inputs = [g.scalar(count, 'int64'), '', g.op('SequenceEmpty', [])];
  const list = g.op('Loop', inputs, { body: { kind: 'graph', value: body } });
  return g.op('ConcatFromSequence', [list], { axis: int(2) });
}

/** Pairs of neighbours are turned by sines that a loop repeats; one norm for both branches. */
export function gptj(l: Layout): string {
  const all = angles(l, headWidth);
  const table = l.concat(1, l.op('Sin', all), l.op('Cos', all));
  const rows = l.op('Gather', table, countedPlaces(l));
  const halves = l.parts(rows, 2, 2, headWidth / 2);
  const [sine, cosine] = halves.map((half) =>
    l.unsqueeze(repeatedTwice(l, half, headWidth / 2), 1),
  ) as [string, string];
  const turn = (x: string) => {
    const [even, odd] = [l.slice(x, 3, 0, 99, 2), l.slice(x, 3, 1, 99, 2)];
    const pair = l.concat(-1, l.unsqueeze(l.op('Neg', odd), 4), l.unsqueeze(even, 4));
    const turned = l.op('Reshape', pair, l.op('Shape', x));
    return l.op('Add', l.op('Mul', x, cosine), l.op('Mul', turned, sine));
  };
  let x = l.words();
  for (let i = 0; i < 2; i++) {
    const normed = l.norm(x);
    const [q, k, v] = l.projections(normed);
    const context = attended(l, l.causal(l.scores(turn(q), turn(k))), v);
    x = l.op('Add', l.op('Add', context, l.feedForward(normed)), x);
  }
  return l.head(l.norm(x));
}

/** Half of each head is turned, by rows gathered at expanded indices; one product for q, k and v. */
export function gptNeoX(l: Layout): string {
  const n = headWidth / 2;
  const both = l.concat(1, angles(l, n), angles(l, n));
  const place = l.unsqueeze(countedPlaces(l), 1, 3);
  const sizesOf = [l.dimension('input_ids', 0), 1, l.length(), n];
  const index = l.op('Expand', place, l.list(...sizesOf));
  const whole = l.op('Tile', l.unsqueeze(both, 0, 1), l.list(sizesOf[0]!, 1, 1, 1));
  const [cosine, sine] = ['Cos', 'Sin'].map((op) =>
    l.with('GatherElements', [l.op(op, whole), index], { axis: int(2) }),
  ) as [string, string];
  const turn = (x: string) => {
    const rest = l.slice(x, 3, n, 1e9);
    return l.concat(-1, turnedByHalves(l, l.slice(x, 3, 0, n), cosine, sine, n), rest);
  };
  let x = l.words();
  for (let i = 0; i < 2; i++) {
    const joint = l.split(l.linear(l.norm(x), width, 3 * width), heads, 3 * headWidth);
    const [q, k, v] = [0, 1, 2].map((part) =>
      l.slice(joint, 3, part * headWidth, (part + 1) * headWidth),
    ) as [string, string, string];
    const context = attended(l, l.causal(l.scores(turn(q), turn(k))), v);
    x = l.op('Add', l.op('Add', l.feedForward(l.norm(x)), context), x);
  }
  return l.head(l.norm(x));
}

/** One key and value for all heads, whose queries stand one after the other in the rows. */
export function gptBigCode(l: Layout): string {
  const n = positions;
  const lower = Array.from({ length: n * n }, (_, i) => Number(i % n <= Math.floor(i / n)));
  const end = l.list(l.length());
  const square = l.slice(l.slice(l.g.constant('bool', [1, n, n], lower), 1, 0, end), 2, 0, end);
  const seen = l.unsqueeze(l.op('And', square, l.cast(l.unsqueeze('attention_mask', 1), 9)), 2);
  const place = l.op('Gather', l.weight([n, width]), countedPlaces(l));
  let x = l.op('Add', l.words(), place);
  const [rows, length] = [l.dimension(x, 0), l.dimension(x, 1)];
  for (let i = 0; i < 2; i++) {
    const all = l.linear(l.norm(x), width, width + 2 * headWidth);
    const q = l.reshape(l.slice(all, 2, 0, width), rows, -1, headWidth);
    const k = l.slice(all, 2, width, width + headWidth);
    const v = l.slice(all, 2, width + headWidth, 1e9);
    const product = l.op('MatMul', q, l.transpose(k, 0, 2, 1));
    const scores = l.reshape(l.op('Mul', product, l.scalar(0.5)), rows, length, heads, length);
    const weights = l.softmax(l.op('Where', seen, scores, l.scalar(lowest)));
    const flat = l.reshape(weights, rows, -1, length);
    const context = l.reshape(l.op('MatMul', flat, v), rows, length, width);
    x = l.op('Add', l.linear(context, width, width), x);
    x = l.op('Add', x, l.feedForward(l.norm(x)));
  }
  return l.head(l.norm(x));
}

/** Scores fall with the distance, by a slope of each head; q, k and v of a head stand together. */
export function bloom(l: Layout): string {
  const before = l.op('Sub', l.op('CumSum', 'attention_mask', l.g.scalar(1, 'int64')), l.ints(1));
  const place = l.cast(l.unsqueeze(l.op('Mul', before, 'attention_mask'), 1), 1);
  const slopes = l.op('Pow', l.scalar(0.0625), l.g.constant('float32', [heads, 1], [1, 2]));
  const [rows, length] = [l.dimension('input_ids', 0), l.length()];
  const alibi = l.op('Reshape', l.op('Mul', slopes, place), l.list(-1, 1, length));
  const all = l.range(length);
  const isLater = l.op('Less', l.unsqueeze(all, 1), l.unsqueeze(all, 0));
  const isPadding = l.op('Not', l.cast(l.unsqueeze('attention_mask', 1, 2), 9));
  const masked = l.op('Or', isPadding, l.unsqueeze(isLater, 0, 1));
  let x = l.norm(l.words());
  for (let i = 0; i < 2; i++) {
    const joint = l.reshape(
      l.linear(l.norm(x), width, 3 * width),
      rows,
      length,
      heads,
      3,
      headWidth,
    );
    const part = (at: number) =>
      l.with('Gather', [joint, l.g.scalar(at, 'int64')], { axis: int(3) });
    const flat = (y: string) =>
      l.op('Reshape', l.transpose(y, 0, 2, 1, 3), l.list(-1, length, headWidth));
    const [q, k, v] = [flat(part(0)), flat(part(1)), flat(part(2))];
    const product = l.op('Mul', l.op('MatMul', q, l.transpose(k, 0, 2, 1)), l.scalar(0.5));
    const scores = l.reshape(l.op('Add', alibi, product), rows, heads, length, length);
    const weights = l.softmax(l.op('Where', masked, l.scalar(lowest), scores));
    const context = l.op('MatMul', l.reshape(weights, -1, length, length), v);
    const joined = l.join(l.reshape(context, rows, heads, length, headWidth));
    x = l.op('Add', l.linear(joined, width, width), x);
    x = l.op(
      'Add',
      l.feedForward(l.norm(x), (y) => tanhGelu(l, y)),
      x,
    );
  }
  return l.head(l.norm(x));
}

/** 0.5·x·(1 + tanh(0.79788456·x·(1 + 0.044715·x²))) */
function tanhGelu(l: Layout, x: string): string {
  const square = l.op('Mul', l.op('Mul', x, l.scalar(0.044715)), x);
  const inner = l.op('Mul', l.op('Mul', x, l.scalar(0.79788456)), l.op('Add', square, l.scalar(1)));
  const gate = l.op('Add', l.op('Tanh', inner), l.scalar(1));
  return l.op('Mul', l.op('Mul', x, l.scalar(0.5)), gate);
}

/** What the models of LLaMA's kind differ in. */
interface LlamaKind {
  /** How far a position sees back (Mistral). */
  readonly window?: number;
  /** Embeddings are scaled, the head is the table, norms multiply by 1 + w (Gemma). */
  readonly isGemma?: boolean;
}

/** Root mean square norms, turned queries and keys, one key for two heads, gated layers. */
export function llama(l: Layout, { window, isGemma = false }: LlamaKind = {}): string {
  const table = l.weight([sizes.words, width]);
  const shared = 1;
  const places = l.unsqueeze(l.cast(countedPlaces(l), 1), 2);
  const frequencies = l.g.constant('float32', [1, 1, 2], [1, 0.1]);
  const half = l.op('MatMul', places, frequencies);
  const both = l.concat(-1, half, half);
  const [cosine, sine] = ['Cos', 'Sin'].map((op) => l.unsqueeze(l.op(op, both), 1)) as [
    string,
    string,
  ];
  const turn = (y: string) => turnedByHalves(l, y, cosine, sine, headWidth);
  const repeat = (y: string) => {
    const [rows, length] = [l.dimension(y, 0), l.dimension(y, 2)];
    const wide = l.list(rows, shared, heads / shared, length, headWidth);
    const copies = l.op('Expand', l.unsqueeze(y, 2), wide);
    return l.reshape(copies, rows, heads, length, headWidth);
  };
  const found = l.op('Gather', table, 'input_ids');
  let x = isGemma ? l.op('Mul', found, l.scalar(Math.sqrt(width))) : found;
  const offset = isGemma ? 1 : 0;
  for (let i = 0; i < 2; i++) {
    const [q, k, v] = l.projections(l.rms(x, offset), shared);
    const scores = l.causal(l.scores(turn(q), repeat(turn(k))), window);
    x = l.op('Add', x, attended(l, scores, repeat(v)));
    const act = isGemma ? (y: string) => tanhGelu(l, y) : (y: string) => l.silu(y);
    x = l.op('Add', x, l.gated(l.rms(x, offset), act));
  }
  const made = l.rms(x, offset);
  return isGemma ? l.op('MatMul', made, l.transpose(table, 1, 0)) : l.head(made);
}
