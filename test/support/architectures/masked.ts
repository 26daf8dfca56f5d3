/** Masked language models: what tells each architecture from BERT, in its exporter's nodes. */
import { int } from '../../../src/onnx/graph.ts';
import { lowest, sizes, type Layout } from './layout.ts';

const { words, width, heads, headWidth, positions } = sizes;

/** An attention's scores are changed by `change`, [B, H, T, T], before the mask. */
interface Options {
  readonly change?: (scores: string, q: string, k: string) => string;
  readonly turn?: (x: string) => string;
  readonly attend?: (scores: string) => string;
}

function layer(l: Layout, x: string, { change, turn, attend }: Options = {}): string {
  const [q, k, v] = l.projections(x);
  const [a, b] = turn ? [turn(q), turn(k)] : [q, k];
  const scores = l.scores(a, b);
  const changed = change ? change(scores, q, k) : scores;
  const weights = attend ? attend(changed) : l.softmax(l.op('Add', changed, l.maskBias()));
  const context = l.join(l.op('MatMul', weights, v));
  const middle = l.norm(l.op('Add', l.linear(context, width, width), x));
  return l.norm(l.op('Add', l.feedForward(middle), middle));
}

/** Position embeddings by a slice of the list of all positions. */
function places(l: Layout, n: number = width): string {
  const all = l.g.constant('int64', [1, positions], [...Array(positions).keys()]);
  return l.op('Gather', l.weight([positions, n]), l.slice(all, 1, 0, l.list(l.length())));
}

/** Position embeddings that count the tokens that are no padding, which has the id 1. */
function countedPlaces(l: Layout): string {
  const isToken = l.op('Not', l.op('Equal', 'input_ids', l.g.scalar(1, 'int64')));
  const token = l.cast(isToken, 6);
  const upTo = l.op('CumSum', token, l.g.constant('int64', [], [1]));
  const counted = l.cast(l.op('Mul', upTo, token), 7);
  const place = l.op('Add', counted, l.g.scalar(1, 'int64'));
  return l.op('Gather', l.weight([positions + 2, width]), place);
}

/** i − j of every two places, int64 [T, T]. */
function distances(l: Layout): string {
  const all = l.range(l.length());
  return l.op('Sub', l.unsqueeze(all, 1), l.unsqueeze(all, 0));
}

export function bert(l: Layout): string {
  const segments = l.op('Gather', l.weight([2, width]), l.op('Mul', 'input_ids', l.ints(0)));
  const x = l.norm(l.op('Add', l.op('Add', l.words(), segments), places(l)));
  const made = layer(l, layer(l, x));
  return l.op('Add', l.head(l.norm(l.gelu(l.linear(made, width, width)))), l.weight([words]));
}

export function roberta(l: Layout): string {
  return l.head(layer(l, l.norm(l.op('Add', l.words(), countedPlaces(l)))));
}

/** A narrow table that is projected, a head through the table's width (ALBERT, ELECTRA). */
export function narrow(l: Layout): string {
  const table = l.weight([words, 4]);
  const x = l.norm(l.op('Add', l.op('Gather', table, 'input_ids'), places(l, 4)), 4);
  const made = layer(l, l.linear(x, 4, width));
  const back = l.norm(l.gelu(l.linear(made, width, 4)), 4);
  return l.op('Add', l.op('MatMul', back, l.transpose(table, 1, 0)), l.weight([words]));
}

/** One bias of each head for each bucket of distances (MPNet, T5). */
export function mpnet(l: Layout): string {
  const zero = l.g.scalar(0, 'int64');
  const distance = l.op('Neg', distances(l));
  const side = l.op('Mul', l.cast(l.op('Less', distance, zero), 7), l.g.scalar(4, 'int64'));
  const far = l.op('Abs', distance);
  const log = l.op('Log', l.op('Div', l.cast(far, 1), l.scalar(2)));
  const scaled = l.op('Mul', l.op('Div', log, l.scalar(Math.log(8))), l.scalar(2));
  const large = l.op('Add', l.cast(scaled, 7), l.g.scalar(2, 'int64'));
  const limited = l.op('Min', large, l.g.scalar(3, 'int64'));
  const near = l.op('Less', far, l.g.scalar(2, 'int64'));
  const bucket = l.op('Add', side, l.op('Where', near, far, limited));
  const values = l.op('Gather', l.weight([8, heads]), bucket);
  const bias = l.unsqueeze(l.transpose(values, 2, 0, 1), 0);
  const change = (scores: string) => l.op('Add', scores, bias);
  const x = l.norm(l.op('Add', l.words(), countedPlaces(l)));
  return l.head(layer(l, layer(l, x, { change }), { change }));
}

/** Each embedding stands between those of its neighbours; scale and bias in place of norms. */
export function mobilebert(l: Layout): string {
  const x = l.words();
  const moved = (start: number, end: number, pads: readonly number[]) =>
    l.op('Pad', l.slice(x, 1, start, end), l.ints(...pads), l.scalar(0));
  const before = moved(0, -1, [0, 1, 0, 0, 0, 0]);
  const after = moved(1, 1e9, [0, 0, 0, 0, 1, 0]);
  const joined = l.linear(l.concat(2, after, x, before), 3 * width, width);
  const scale = (y: string) => l.op('Add', l.op('Mul', y, l.weight([width], 1)), l.weight([width]));
  const y = scale(l.op('Add', joined, places(l)));
  const [q, k, v] = l.projections(scale(l.linear(y, width, width)));
  const weights = l.softmax(l.op('Add', l.scores(q, k), l.maskBias()));
  const context = l.linear(l.join(l.op('MatMul', weights, v)), width, width);
  const middle = scale(l.op('Add', context, y));
  const made = scale(
    l.op(
      'Add',
      l.feedForward(middle, (z) => l.op('Relu', z)),
      middle,
    ),
  );
  return l.head(l.norm(l.op('Relu', l.linear(made, width, width))));
}

/** Convolutions of groups in place of products, over [B, width, T]. */
export function squeezebert(l: Layout): string {
  const through = (y: string, from: number, to: number, groups: number) => {
    const attributes = { group: int(groups) };
    return l.with('Conv', [y, l.weight([to, from / groups, 1]), l.weight([to])], attributes);
  };
  const normed = (y: string) => l.transpose(l.norm(l.transpose(y, 0, 2, 1)), 0, 2, 1);
  const x = l.transpose(l.norm(l.op('Add', l.words(), places(l))), 0, 2, 1);
  const part = () => {
    const y = through(x, width, width, 4);
    return l.reshape(y, l.dimension(y, 0), heads, headWidth, l.dimension(y, 2));
  };
  const [q, k, v] = [l.transpose(part(), 0, 1, 3, 2), part(), l.transpose(part(), 0, 1, 3, 2)];
  const scores = l.op('Div', l.op('MatMul', q, k), l.scalar(2));
  const weights = l.softmax(l.op('Add', scores, l.maskBias()));
  const context = l.transpose(l.op('MatMul', weights, v), 0, 1, 3, 2);
  const flat = l.reshape(context, l.dimension(context, 0), width, l.dimension(context, 3));
  const middle = normed(l.op('Add', through(flat, width, width, 1), x));
  const inner = l.gelu(through(middle, width, 2 * width, 4));
  const made = normed(l.op('Add', through(inner, 2 * width, width, 4), middle));
  return l.head(l.transpose(made, 0, 2, 1));
}

/** Attention by content and by distance, gathered at expanded indices; a masked softmax. */
export function deberta(l: Layout, isSecond = false): string {
  const span = 3;
  const table = l.weight([2 * span, width]);
  const relative = l.unsqueeze(isSecond ? l.norm(table) : table, 0);
  const plain = distances(l);
  const distance = isSecond ? buckets(l, plain) : plain;
  const place = (d: string) => {
    const moved = l.op('Add', d, l.g.scalar(span, 'int64'));
    const limits = [0, 2 * span - 1].map((n) => l.g.scalar(n, 'int64'));
    return l.unsqueeze(l.op('Clip', moved, ...limits), 0, 1);
  };
  const gathered = (product: string, d: string) => {
    const [rows, length] = [l.dimension(product, 0), l.dimension(product, 2)];
    const index = l.op('Expand', place(d), l.list(rows, heads, length, length));
    return l.with('GatherElements', [product, index], { axis: int(-1) });
  };
  const change = (scores: string, q: string, k: string) => {
    const key = l.split(l.linear(relative, width, width));
    const query = l.split(l.linear(relative, width, width));
    const byPlace = gathered(l.op('MatMul', q, l.transpose(key, 0, 1, 3, 2)), distance);
    const ofPlace = gathered(
      l.op('MatMul', k, l.transpose(query, 0, 1, 3, 2)),
      l.op('Neg', distance),
    );
    const bias = l.op('Add', byPlace, l.transpose(ofPlace, 0, 1, 3, 2));
    return l.op('Add', scores, l.op('Div', bias, l.scalar(Math.sqrt(3 * headWidth))));
  };
  const both = l.op(
    'Mul',
    l.unsqueeze('attention_mask', 1, 2),
    l.unsqueeze('attention_mask', 1, 3),
  );
  const isMasked = l.cast(l.op('Sub', l.g.scalar(1, 'int64'), both), 9);
  const attend = (scores: string) => {
    const weights = l.softmax(l.op('Where', isMasked, l.scalar(lowest), scores));
    return l.op('Where', isMasked, l.scalar(0), weights);
  };
  const kept = l.cast(l.unsqueeze('attention_mask', 2), 1);
  const x = l.op('Mul', l.norm(l.op('Add', l.words(), places(l))), kept);
  const first = layer(l, x, { change, attend });
  return l.head(layer(l, isSecond ? convolved(l, x, first) : first, { change, attend }));
}

/** Distances that are told apart by their logarithm where they are large. */
function buckets(l: Layout, distance: string): string {
  const wide = l.cast(distance, 1);
  const [low, high] = [l.scalar(-2), l.scalar(2)];
  const isNear = l.op('And', l.op('Less', wide, high), l.op('Greater', wide, low));
  const far = l.op('Where', isNear, l.scalar(1), l.op('Abs', wide));
  const log = l.op('Div', l.op('Log', l.op('Div', far, high)), l.scalar(Math.log(4)));
  const step = l.op('Add', l.op('Ceil', log), high);
  const signed = l.op('Mul', step, l.op('Sign', wide));
  return l.cast(l.op('Where', l.op('Not', l.op('Greater', far, high)), wide, signed), 7);
}

/** A convolution over three places beside the first layer. */
function convolved(l: Layout, x: string, first: string): string {
  const moved = l.transpose(x, 0, 2, 1);
  const attributes = { pads: { kind: 'ints', value: [1, 1] } } as const;
  const made = l.with('Conv', [moved, l.weight([width, width, 3])], attributes);
  const kept = l.cast(l.unsqueeze('attention_mask', 2), 1);
  const own = l.op('Mul', l.op('Tanh', l.transpose(made, 0, 2, 1)), kept);
  return l.op('Mul', l.norm(l.op('Add', first, own)), kept);
}

/** Positions that turn pairs of neighbouring numbers. */
export function roformer(l: Layout): string {
  const table = l.slice(l.weight([positions, headWidth]), 0, 0, l.list(l.length()));
  const doubled = (half: string) => {
    const pair = l.concat(-1, l.unsqueeze(half, 2), l.unsqueeze(half, 2));
    return l.reshape(pair, 1, 1, l.dimension(half, 0), headWidth);
  };
  const [sine, cosine] = l.parts(table, 1, 2, headWidth / 2).map(doubled) as [string, string];
  const turn = (x: string) => {
    const [even, odd] = [l.slice(x, 3, 0, 99, 2), l.slice(x, 3, 1, 99, 2)];
    const pair = l.concat(-1, l.unsqueeze(l.op('Neg', odd), 4), l.unsqueeze(even, 4));
    const turned = l.op('Reshape', pair, l.op('Shape', x));
    return l.op('Add', l.op('Mul', x, cosine), l.op('Mul', turned, sine));
  };
  return l.head(layer(l, layer(l, l.norm(l.words()), { turn }), { turn }));
}
