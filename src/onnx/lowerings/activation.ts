/** Activations that have a gradient rule only in another form. */
import { string } from '../graph.ts';
import type { Lowering, LoweringContext, LoweringTable } from './lowering.ts';

/** The first input plus the bias at `index`, where there is one. */
function biased(c: LoweringContext, index = 1): string {
  const bias = c.optional(index);
  return bias === undefined ? c.input(0) : c.op('Add', c.input(0), bias);
}

function entry(
  since: number,
  becomes: string,
  lower: (c: LoweringContext, x: string) => string,
  attributes: readonly string[] = [],
): Lowering {
  return { attributes, since, becomes, lower: (c) => [lower(c, c.input(0))] };
}

/** `positive` where X > 0, else `other`, which must be finite everywhere. */
function split(c: LoweringContext, x: string, positive: string, other: string): string {
  return c.op('Where', c.op('Greater', x, c.scalar(0, x)), positive, other);
}

/** exp X − 1 for X ≤ 0, and 0 above. */
function belowZero(c: LoweringContext, x: string): string {
  return c.op('Sub', c.op('Exp', c.op('Min', x, c.scalar(0, x))), c.scalar(1, x));
}

/** max(0, min(1, α·X + β)) */
function hardSigmoid(c: LoweringContext, x: string, alpha: number, beta: number): string {
  const line = c.op('Add', c.op('Mul', x, c.scalar(alpha, x)), c.scalar(beta, x));
  return c.op('Clip', line, c.scalar(0, x), c.scalar(1, x));
}

/** X·σ(α·X); Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2. */
function quickGelu(c: LoweringContext, x: string, alpha: number): string {
  return c.op('Mul', x, c.op('Sigmoid', c.op('Mul', x, c.scalar(alpha, x))));
}

export const activations: LoweringTable = {
  'com.microsoft.BiasGelu': {
    attributes: [],
    since: 1,
    becomes: 'Gelu(X + bias)',
    lower: (c) => [c.op('Gelu', biased(c))],
  },

  'com.microsoft.FastGelu': {
    attributes: [],
    since: 1,
    becomes: 'Gelu(X + bias) in its tanh form',
    lower: (c) => [c.with('Gelu', [biased(c)], { approximate: string('tanh') })],
  },

  'com.microsoft.Gelu': entry(1, 'Gelu(X)', (c, x) => c.op('Gelu', x)),

  'com.microsoft.QuickGelu': entry(
    1,
    'X·σ(α·X)',
    (c, x) => quickGelu(c, x, c.float('alpha', 1.702)),
    ['alpha'],
  ),

  Elu: entry(
    6,
    'X where X > 0, else α·(exp X − 1)',
    (c, x) => split(c, x, x, c.op('Mul', belowZero(c, x), c.scalar(c.float('alpha', 1), x))),
    ['alpha'],
  ),

  HardSigmoid: entry(
    6,
    'Clip(α·X + β, 0, 1)',
    (c, x) => hardSigmoid(c, x, c.float('alpha', 0.2), c.float('beta', 0.5)),
    ['alpha', 'beta'],
  ),

  HardSwish: entry(14, 'X·Clip(X/6 + ½, 0, 1)', (c, x) =>
    c.op('Mul', x, hardSigmoid(c, x, 1 / 6, 0.5)),
  ),

  LeakyRelu: entry(
    6,
    'X where X > 0, else α·X',
    (c, x) => split(c, x, x, c.op('Mul', x, c.scalar(c.float('alpha', 0.01), x))),
    ['alpha'],
  ),

  Mish: entry(18, 'X·tanh(ln(1 + exp X))', (c, x) =>
    c.op('Mul', x, c.op('Tanh', c.op('Softplus', x))),
  ),

  PRelu: {
    attributes: [],
    since: 7,
    becomes: 'X where X > 0, else slope·X',
    lower: (c) => {
      const x = c.input(0);
      return [split(c, x, x, c.op('Mul', x, c.input(1)))];
    },
  },

  Selu: entry(
    6,
    'γ·X where X > 0, else γ·α·(exp X − 1)',
    (c, x) => {
      const alpha = c.scalar(c.float('alpha', 1.6732632423543772), x);
      const below = c.op('Mul', belowZero(c, x), alpha);
      return c.op('Mul', split(c, x, x, below), c.scalar(c.float('gamma', 1.0507009873554805), x));
    },
    ['alpha', 'gamma'],
  ),

  Softsign: entry(1, 'X / (1 + |X|)', (c, x) =>
    c.op('Div', x, c.op('Add', c.op('Abs', x), c.scalar(1, x))),
  ),

  Swish: entry(24, 'X·σ(α·X)', (c, x) => quickGelu(c, x, c.float('alpha', 1)), ['alpha']),
};
