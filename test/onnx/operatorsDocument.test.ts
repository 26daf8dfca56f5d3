/** docs/operators.md is what the tables say; `npx vitest run -u` with this file writes it anew. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { operatorsDocument } from '../../scripts/operators.ts';
import { lowerings } from '../../src/onnx/lowerings/index.ts';
import { rewritten } from '../../src/onnx/olderForms.ts';
import { operators } from '../../src/onnx/operators/index.ts';
import { firstVersions } from '../../src/onnx/operators/versions.ts';
import { gradientRules } from '../../src/autodiff/rules/index.ts';
import { root } from '../support/project.ts';

test('the list of operators is current', async () => {
  await expect(await operatorsDocument()).toMatchFileSnapshot(join(root, 'docs/operators.md'));
});

test('every operator has a first version', () => {
  const named = Object.keys(operators).filter((name) => name !== 'StraightThrough');
  const all = [...named, ...rewritten, 'If'];
  expect(Object.keys(firstVersions).sort()).toEqual(all.sort());
});

test('every rule is of an operator that is known, and every operator on a way has a rule', () => {
  expect(Object.keys(gradientRules).filter((name) => !operators[name])).toEqual([]);
  const without = Object.keys(operators).filter((name) => !gradientRules[name]);
  // No node is made for the first, and the second occurs in shapes.
  expect(without).toEqual(['Identity', 'ReduceProd']);
});

test('what a lowering is said to become is said of each', () => {
  for (const [name, { becomes, since }] of Object.entries(lowerings)) {
    expect(becomes, name).not.toBe('');
    expect(since, name).toBeGreaterThan(0);
  }
});
