/** Sums of products over named axes, as transposes and matrix products. */
import { formatShape } from '../tensor.ts';
import type { LoweringContext, LoweringTable } from './lowering.ts';

/** A value whose axes have labels. */
interface Labelled {
  readonly name: string;
  readonly labels: readonly string[];
}

interface Equation {
  readonly inputs: readonly (readonly string[])[];
  readonly output: readonly string[];
}

/** The labels of each operand and of the result; what "..." stands for is numbered from the back. */
function parse(c: LoweringContext): Equation {
  const equation = c.string('equation', '').replaceAll(' ', '');
  const [left, right] = equation.split('->') as [string, string | undefined];
  const terms = left.split(',');
  if (terms.length !== c.inputs.length) {
    c.refuse(`The equation "${equation}" is for ${terms.length} inputs, not ${c.inputs.length}.`);
  }
  const labelled = (term: string, rank: number): string[] => {
    const [before, after, more] = term.split('...');
    const letters = Array.from(before! + (after ?? ''));
    if (more !== undefined || !letters.every((letter) => /[A-Za-z]/.test(letter))) {
      c.refuse(`The equation "${equation}" cannot be read.`);
    }
    const dots = after === undefined ? 0 : rank - letters.length;
    const middle = Array.from({ length: dots }, (_, i) => `.${dots - 1 - i}`);
    return [...Array.from(before!), ...middle, ...Array.from(after ?? '')];
  };
  const inputs = terms.map((term, i) => labelled(term, c.shape(c.input(i)).length));
  inputs.forEach((labels, i) => {
    const shape = c.shape(c.input(i));
    if (labels.length !== shape.length) {
      c.refuse(`The equation "${equation}" does not fit an input of shape ${formatShape(shape)}.`);
    }
    if (new Set(labels).size !== labels.length) {
      c.refuse(`A diagonal, as in the equation "${equation}", is not supported.`);
    }
  });
  const dots = Math.max(0, ...inputs.map((labels) => labels.filter(isDot).length));
  const all = inputs.flat();
  const output =
    right === undefined
      ? [
          ...Array.from({ length: dots }, (_, i) => `.${dots - 1 - i}`),
          ...[...new Set(all)].filter((l) => !isDot(l) && count(all, l) === 1).sort(),
        ]
      : labelled(right, right.replace('...', '').length + dots);
  const unknown = output.find((label) => !all.includes(label));
  if (unknown !== undefined) c.refuse(`The equation "${equation}" has "${unknown}" from no input.`);
  return { inputs, output };
}

const isDot = (label: string) => label.startsWith('.');

const count = (labels: readonly string[], label: string) =>
  labels.filter((other) => other === label).length;

/** Every axis that is not in `kept` summed. */
function summed(c: LoweringContext, x: Labelled, kept: ReadonlySet<string>): Labelled {
  const axes = x.labels.flatMap((label, i) => (kept.has(label) ? [] : [i]));
  if (axes.length === 0) return x;
  const labels = x.labels.filter((label) => kept.has(label));
  const sum = c.reduce('ReduceSum', x.name, axes);
  const shape = c.shape(x.name).filter((_, i) => !axes.includes(i));
  return { name: c.reshape(sum, shape), labels };
}

/** `x` with its axes in the order of `labels`, all of which it has. */
function arranged(c: LoweringContext, x: Labelled, labels: readonly string[]): string {
  return c.transpose(
    x.name,
    labels.map((label) => x.labels.indexOf(label)),
  );
}

/** The sum over all axes of two operands that are not in `kept`. */
function contracted(
  c: LoweringContext,
  a: Labelled,
  b: Labelled,
  kept: ReadonlySet<string>,
): Labelled {
  // What only one of them has and nobody keeps is summed first.
  const [left, right] = [
    summed(c, a, new Set([...kept, ...b.labels])),
    summed(c, b, new Set([...kept, ...a.labels])),
  ];
  const sizes = new Map<string, number>();
  for (const { name, labels } of [left, right]) {
    c.shape(name).forEach((n, i) => {
      const known = sizes.get(labels[i]!);
      if (known !== undefined && known !== n) {
        c.refuse(`The axis "${labels[i]}" has ${known} and ${n} elements.`);
      }
      sizes.set(labels[i]!, n);
    });
  }
  const both = left.labels.filter((label) => right.labels.includes(label));
  const batch = both.filter((label) => kept.has(label));
  const inner = both.filter((label) => !kept.has(label));
  const rows = left.labels.filter((label) => !both.includes(label));
  const columns = right.labels.filter((label) => !both.includes(label));
  const lengths = (labels: readonly string[]) => labels.map((label) => sizes.get(label)!);
  const product = (labels: readonly string[]) => lengths(labels).reduce((n, m) => n * m, 1);
  const x = c.reshape(arranged(c, left, [...batch, ...rows, ...inner]), [
    ...lengths(batch),
    product(rows),
    product(inner),
  ]);
  const y = c.reshape(arranged(c, right, [...batch, ...inner, ...columns]), [
    ...lengths(batch),
    product(inner),
    product(columns),
  ]);
  const labels = [...batch, ...rows, ...columns];
  return { name: c.reshape(c.op('MatMul', x, y), lengths(labels)), labels };
}

function lowerEinsum(c: LoweringContext): string[] {
  const { inputs, output } = parse(c);
  const operands = inputs.map((labels, i): Labelled => ({ name: c.input(i), labels }));
  let result = operands[0]!;
  for (let i = 1; i < operands.length; i++) {
    const later = operands.slice(i + 1).flatMap(({ labels }) => labels);
    result = contracted(c, result, operands[i]!, new Set([...output, ...later]));
  }
  return [arranged(c, summed(c, result, new Set(output)), output)];
}

export const einsums: LoweringTable = {
  Einsum: {
    attributes: ['equation'],
    since: 12,
    becomes: 'Transpose, Reshape and MatMul',
    lower: lowerEinsum,
  },
};
