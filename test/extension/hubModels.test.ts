import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { byteSize } from '../../src/base/format.ts';
import { hubModels, memoryNeed } from '../../src/extension/models/hubModels.ts';
import { isHubId } from '../../src/hub/hubId.ts';
import { root } from '../support/project.ts';

test('the models to start with are those of the documentation, with the same numbers', () => {
  const rows = [
    ...readFileSync(join(root, 'docs/hub.md'), 'utf8').matchAll(
      /^\| `([^`]+\/[^`]+)` +\| ([^|]+?) +\|[^|]+\| ([^|]+?) +\| ([^|]+?) +\|$/gm,
    ),
  ].map(([, id, , size, memory]) => ({ id, size, memory }));
  const listed = hubModels.map((model) => ({
    id: model.id,
    // The documentation keeps the digits that the page had.
    size: model.bytes >= 1e9 ? `${model.bytes / 1e9} GB` : byteSize(model.bytes),
    memory: byteSize(memoryNeed(model)),
  }));
  expect(rows).toEqual(listed);
  expect(hubModels.every(({ id }) => isHubId(id))).toBe(true);
});
