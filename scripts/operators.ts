/** Makes docs/operators.md, the list of operators, from the tables in the code. */
import { format } from 'prettier';
import { gradientRules } from '../src/autodiff/rules/index.ts';
import { notDifferentiable } from '../src/autodiff/rule.ts';
import { lowerings } from '../src/onnx/lowerings/index.ts';
import { operators } from '../src/onnx/operators/index.ts';
import { firstVersions } from '../src/onnx/operators/versions.ts';

interface Row {
  readonly name: string;
  readonly since: number;
  readonly gradient: string;
  readonly lowering: string;
}

/** What disappears while a model is read. */
const others: readonly Row[] = [
  {
    name: 'Dropout',
    since: firstVersions.Dropout!,
    gradient: 'yes',
    lowering: 'its input: prompts are trained with the model as it is used',
  },
  { name: 'Identity', since: firstVersions.Identity!, gradient: 'yes', lowering: 'its input' },
  {
    name: 'If',
    since: firstVersions.If!,
    gradient: 'yes',
    lowering: 'the branch that holds; its condition must be known without a run',
  },
  {
    name: 'Loop',
    since: 1,
    gradient: 'none',
    lowering:
      'its turns; how many must be known without a run, and it must make positions or masks only',
  },
];

function primitiveRows(): Row[] {
  return Object.keys(operators)
    .filter((name) => !lowerings[name] && !others.some((other) => other.name === name))
    .filter((name) => name !== 'StraightThrough')
    .map((name) => {
      const rule = gradientRules[name];
      const gradient = rule === undefined ? 'no rule' : rule === notDifferentiable ? 'none' : 'yes';
      return { name, since: firstVersions[name]!, gradient, lowering: '' };
    });
}

function loweredRows(): Row[] {
  return Object.entries(lowerings)
    .filter(([name]) => !name.startsWith('ptune.'))
    .map(([name, { since, becomes, straightThrough }]) => ({
      name,
      since,
      gradient: straightThrough ? 'straight through' : 'yes',
      lowering: becomes,
    }));
}

function table(rows: readonly Row[]): string {
  const sorted = [...rows].sort((a, b) => a.name.localeCompare(b.name, 'en'));
  return [
    '| operator | from | gradient | lowering |',
    '| --- | --- | --- | --- |',
    ...sorted.map(({ name, since, gradient, lowering }) => {
      const short = name.replace('com.microsoft.', '');
      return `| `.concat([`\`${short}\``, String(since), gradient, lowering].join(' | '), ' |');
    }),
  ].join('\n');
}

/** The text of docs/operators.md. */
export async function operatorsDocument(): Promise<string> {
  const rows = [...primitiveRows(), ...loweredRows(), ...others];
  const ofRuntime = (row: Row) => row.name.startsWith('com.microsoft.');
  const text = `# Operators

The operators that a model may have. This page is made from the tables of [operators](../src/onnx/operators),
[lowerings](../src/onnx/lowerings) and [gradient rules](../src/autodiff/rules).

- **from**: the first version of the operator set in which the operator is read; later ones are read, too.
- **gradient**: _yes_; _none_ where the derivative is 0 or there is none to have (comparisons, indices,
  rounding), so that nothing flows back; _straight through_ where it flows as if nothing had been rounded;
  _no rule_ where a model can have the operator beside the way from the prompt to the loss, but not on it.
- **lowering**: what the operator becomes before it is differentiated. The gradient is that of what it becomes.

A model with an operator that is not here, or with a form of one that is not known, is refused with the
operator, its first node and how many there are; see \`ptune models verify\`.

Weights and values of 16 bits (float16, bfloat16) are widened to float32.

## ONNX

${table(rows.filter((row) => !ofRuntime(row)))}

## ONNX Runtime

Operators of the set \`com.microsoft\`, which its tools write into optimised and quantised models.

${table(rows.filter(ofRuntime))}
`;
  return format(text, { parser: 'markdown', printWidth: 100 });
}
