/** Gradient rules of operators that treat each element alone. */
import { stringAttribute } from '../../onnx/graph.ts';
import { castTo } from '../../onnx/builder.ts';
import { notDifferentiable, type GradientRule, type RuleContext } from '../rule.ts';

/** A rule for Y = f(X): dX = `gradient`. */
const unary =
  (gradient: (c: RuleContext, x: string, dY: string) => string): GradientRule =>
  (c) => [c.for(0, () => gradient(c, c.X(0), c.dY))];

/** A rule for Y = f(A, B). */
const binary =
  (
    dA: (c: RuleContext, a: string, b: string, dY: string) => string,
    dB: (c: RuleContext, a: string, b: string, dY: string) => string,
  ): GradientRule =>
  (c) => [c.for(0, () => dA(c, c.X(0), c.X(1), c.dY)), c.for(1, () => dB(c, c.X(0), c.X(1), c.dY))];

/** Y = max(A, B, …) or min.  dA = dY where A is the extreme, shared evenly among equal ones. */
const extreme: GradientRule = (c) => {
  const ones = c.node.inputs.map((_, i) => {
    const hit = c.op('Equal', c.X(i), c.Y);
    return c.builder.op('Cast', [hit], castTo(c.builder.typeOf(c.Y).dtype));
  });
  const count = ones.reduce((sum, one) => c.op('Add', sum, one));
  const share = c.op('Div', c.dY, count);
  return ones.map((one, i) => c.for(i, () => c.op('Mul', share, one)));
};

export const elementwiseRules: Record<string, GradientRule | typeof notDifferentiable> = {
  /** Y = |X|.  dX = dY·sign(X); the subgradient at 0 is 0. */
  Abs: unary((c, x, dY) => c.op('Mul', dY, c.op('Sign', x))),

  /** Y = A + B.  dA = dB = dY. */
  Add: binary(
    (_c, _a, _b, dY) => dY,
    (_c, _a, _b, dY) => dY,
  ),

  And: notDifferentiable,

  BitShift: notDifferentiable,
  BitwiseAnd: notDifferentiable,

  /** Y = X in another type.  dX = dY in X's type. */
  Cast: unary((c, x, dY) => c.builder.op('Cast', [dY], castTo(c.builder.typeOf(x).dtype))),

  Ceil: notDifferentiable,

  /** Y = min(max(X, low), high).  dX = dY where low ≤ X ≤ high, else 0. */
  Clip: unary((c, x, dY) => {
    const inside = c.op('Equal', x, c.Y);
    return c.op('Where', inside, dY, c.scalar(0));
  }),

  /** Y = cos X.  dX = −dY·sin X. */
  Cos: unary((c, x, dY) => c.op('Neg', c.op('Mul', dY, c.op('Sin', x)))),

  /** Y = A / B.  dA = dY / B, dB = −dY·Y / B. */
  Div: binary(
    (c, _a, b, dY) => c.op('Div', dY, b),
    (c, _a, b, dY) => c.op('Neg', c.op('Div', c.op('Mul', dY, c.Y), b)),
  ),

  Equal: notDifferentiable,

  /** Y = erf X.  dX = dY·(2/√π)·exp(−X²). */
  Erf: unary((c, x, dY) => {
    const bell = c.op('Exp', c.op('Neg', c.op('Mul', x, x)));
    return c.op('Mul', dY, c.op('Mul', bell, c.scalar(2 / Math.sqrt(Math.PI))));
  }),

  /** Y = exp X.  dX = dY·Y. */
  Exp: unary((c, _x, dY) => c.op('Mul', dY, c.Y)),

  Floor: notDifferentiable,

  /**
   * Y = X·Φ(X).  dX = dY·(Φ(X) + X·φ(X)) with Φ = ½(1 + erf(X/√2)), φ(X) = exp(−X²/2)/√(2π); the tanh
   * form Y = ½X(1 + tanh ½z) = X·s with s = σ(z), z = X·p, p = k(1 + cX²): dX = dY·(s + Y·(1 − s)·q),
   * q = dz/dX = 3p − 2k; k = 2√(2/π), c = 0.044715.  Few operators, since their inputs are the
   * largest values of a model.  Hendrycks and Gimpel 2016, arXiv:1606.08415, section 2.
   */
  Gelu: unary((c, x, dY) => {
    const mul = (a: string, b: string) => c.op('Mul', a, b);
    const square = mul(x, x);
    if (stringAttribute(c.node.attributes, 'approximate', 'none') === 'tanh') {
      const k = 2 * Math.sqrt(2 / Math.PI);
      const p = c.op('Add', mul(square, c.scalar(0.044715 * k)), c.scalar(k));
      const s = c.op('Sigmoid', mul(x, p));
      const q = c.op('Sub', mul(p, c.scalar(3)), c.scalar(2 * k));
      const bent = mul(mul(c.Y, c.op('Sub', c.scalar(1), s)), q);
      return mul(dY, c.op('Add', s, bent));
    }
    const half = mul(c.op('Erf', mul(x, c.scalar(Math.SQRT1_2))), c.scalar(0.5));
    const cumulative = c.op('Add', half, c.scalar(0.5));
    const density = mul(
      c.op('Exp', mul(square, c.scalar(-0.5))),
      c.scalar(1 / Math.sqrt(2 * Math.PI)),
    );
    return mul(dY, c.op('Add', cumulative, mul(x, density)));
  }),

  Greater: notDifferentiable,
  GreaterOrEqual: notDifferentiable,

  IsInf: notDifferentiable,
  IsNaN: notDifferentiable,
  Less: notDifferentiable,
  LessOrEqual: notDifferentiable,

  /** Y = ln X.  dX = dY / X. */
  Log: unary((c, x, dY) => c.op('Div', dY, x)),

  Max: extreme,
  Min: extreme,

  /** Y = A − n·B with a whole number n.  dA = dY, dB = −dY·n. */
  Mod: binary(
    (_c, _a, _b, dY) => dY,
    (c, a, b, dY) => c.op('Neg', c.op('Mul', dY, c.op('Div', c.op('Sub', a, c.Y), b))),
  ),

  /** Y = A·B.  dA = dY·B, dB = dY·A. */
  Mul: binary(
    (c, _a, b, dY) => c.op('Mul', dY, b),
    (c, a, _b, dY) => c.op('Mul', dY, a),
  ),

  /** Y = −X.  dX = −dY. */
  Neg: unary((c, _x, dY) => c.op('Neg', dY)),

  Not: notDifferentiable,
  Or: notDifferentiable,

  /** Y = A^B.  dA = dY·B·A^(B−1), dB = dY·Y·ln A (A > 0). */
  Pow: binary(
    (c, a, b, dY) => {
      const exponent = c.builder.constantOf(b);
      if (exponent?.data.length === 1 && exponent.data[0] === 2) {
        return c.op('Mul', dY, c.op('Mul', a, c.scalar(2)));
      }
      const power = c.op('Pow', a, c.op('Sub', b, c.builder.scalar(1, c.builder.typeOf(b).dtype)));
      const factor = c.builder.op('Cast', [b], castTo(c.builder.typeOf(a).dtype));
      return c.op('Mul', dY, c.op('Mul', power, factor));
    },
    (c, a, _b, dY) => c.op('Mul', dY, c.op('Mul', c.Y, c.op('Log', a))),
  ),

  /** Y = 1 / X.  dX = −dY·Y². */
  Reciprocal: unary((c, _x, dY) => c.op('Neg', c.op('Mul', dY, c.op('Mul', c.Y, c.Y)))),

  /** Y = max(X, 0).  dX = dY where X > 0, else 0; the subgradient at 0 is 0, as in PyTorch. */
  Relu: unary((c, x, dY) => c.op('Where', c.op('Greater', x, c.scalar(0)), dY, c.scalar(0))),

  Round: notDifferentiable,

  /** Y = σ(X).  dX = dY·Y·(1 − Y). */
  Sigmoid: unary((c, _x, dY) => c.op('Mul', dY, c.op('Mul', c.Y, c.op('Sub', c.scalar(1), c.Y)))),

  Sign: notDifferentiable,

  /** Y = sin X.  dX = dY·cos X. */
  Sin: unary((c, x, dY) => c.op('Mul', dY, c.op('Cos', x))),

  /** Y = ln(1 + exp X).  dX = dY·σ(X). */
  Softplus: unary((c, x, dY) => c.op('Mul', dY, c.op('Sigmoid', x))),

  /** Y = √X.  dX = dY / (2Y). */
  Sqrt: unary((c, _x, dY) => c.op('Div', c.op('Mul', dY, c.scalar(0.5)), c.Y)),

  /** Y = A − B.  dA = dY, dB = −dY. */
  Sub: binary(
    (_c, _a, _b, dY) => dY,
    (c, _a, _b, dY) => c.op('Neg', dY),
  ),

  /** Y = A + B + ….  dA = dB = … = dY. */
  Sum: (c) => c.node.inputs.map((_, i) => c.for(i, () => c.dY)),

  /** Y = tanh X.  dX = dY·(1 − Y²). */
  Tanh: unary((c, _x, dY) => c.op('Mul', dY, c.op('Sub', c.scalar(1), c.op('Mul', c.Y, c.Y)))),

  /** Y = A where C, else B.  dA = dY where C, else 0; dB the other way round. */
  Where: (c) => [
    undefined,
    c.for(1, () => c.op('Where', c.X(0), c.dY, c.scalar(0))),
    c.for(2, () => c.op('Where', c.X(0), c.scalar(0), c.dY)),
  ],

  Xor: notDifferentiable,
};
