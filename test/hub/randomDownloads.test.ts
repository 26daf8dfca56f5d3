/**
 * Downloads from a server of which anything may go wrong: each ends in the right bytes, or in an error
 * with a code and a next step, and never in a wrong file that is used.
 */
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PtuneError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import {
  externalGraphBytes,
  graphBytes,
  newCache,
  randomBytes,
  repository,
} from '../support/hubModels.ts';
import { HubServer, type Fault, type HubRepository } from '../support/hubServer.ts';

const downloads = 300;
const groups = 10;

let server: HubServer;

beforeAll(async () => {
  server = await HubServer.startByHand();
});

afterAll(() => server.stop());

/** A fault of a random kind; the rare ones take a moment each. */
function randomFault(random: Random): Fault {
  const cut = () => random.integer(9000);
  const kinds: (() => Fault)[] = [
    () => ({ kind: 'status', status: [429, 500, 502, 503][random.integer(4)]! }),
    () => ({ kind: 'status', status: [401, 403, 404, 418][random.integer(4)]! }),
    () => ({ kind: 'status', status: 429, retryAfter: '0' }),
    () => ({ kind: 'drop', after: cut() }),
    () => ({ kind: 'drop', after: cut() }),
    () => ({ kind: 'drop', after: 0 }),
    () => ({ kind: 'length', missing: 1 + cut() }),
    () => ({ kind: 'length', missing: -1 - cut() }),
    () => ({ kind: 'corrupt' }),
    () => ({ kind: 'noRange' }),
    () => ({ kind: 'wrongRange' }),
    () => ({ kind: 'trickle', bytes: 3000, pauseMs: 1 }),
    () => ({ kind: 'compressed' }),
    () => ({ kind: 'endless' }),
    () => ({ kind: 'redirect', location: 'file:///etc/passwd' }),
  ];
  return kinds[random.integer(kinds.length)]!();
}

function randomRepository(random: Random): HubRepository {
  const size = 1 + random.integer(12_000);
  const weights = randomBytes(random, size);
  const shapes = [
    () => ({ 'onnx/model.onnx': graphBytes(random, size) }),
    () => ({
      'model.onnx': externalGraphBytes('model.onnx.data', size),
      'model.onnx.data': weights,
    }),
    () => ({
      'onnx/decoder_model.onnx': graphBytes(random, size),
      'onnx/encoder_model.onnx': graphBytes(random, 1 + random.integer(12_000)),
    }),
  ];
  return repository(shapes[random.integer(shapes.length)]!());
}

it.each(Array.from({ length: groups }, (_, i) => i))(
  'group %i ends in the right bytes or in an error with a next step',
  async (group) => {
    const counts = { whole: 0, failed: 0, resumed: 0 };
    for (let i = group; i < downloads; i += groups) {
      const random = new Random(i);
      const id = `owner/model${i}`;
      const files = randomRepository(random);
      server.repositories.set(id, files);
      const faultiness = [0.1, 0.3, 0.6, 1][random.integer(4)]!;
      server.fault = ({ path, range }) => {
        if (!path.includes(`model${i}/`)) return undefined;
        if (range !== undefined) counts.resumed++;
        return random.uniform() < faultiness ? randomFault(random) : undefined;
      };
      server.fault = withCdn(server.fault, random, faultiness);
      const { cache, download } = await newCache(server, { idleMs: 300 });
      let folder: string | undefined;
      try {
        folder = await download({ id });
        counts.whole++;
      } catch (error) {
        counts.failed++;
        expect(error, `download ${i}`).toBeInstanceOf(PtuneError);
        const { code, nextStep, message } = error as PtuneError;
        expect(code, `download ${i}: ${message}`).toMatch(/^hub\//);
        expect(nextStep).toBeTruthy();
        expect(await cache.find({ id })).toBeUndefined();
        // What goes wrong once is no reason to begin anew.
        server.fault = () => undefined;
        folder = await download({ id });
      }
      await expectSame(folder, files);
    }
    expect(counts.whole).toBeGreaterThan(0);
    expect(counts.failed).toBeGreaterThan(0);
  },
);

/** Large files come from the other server, whose requests do not name the model. */
function withCdn(
  fault: HubServer['fault'],
  random: Random,
  faultiness: number,
): HubServer['fault'] {
  return (request) =>
    request.server === 'cdn' && random.uniform() < faultiness
      ? randomFault(random)
      : fault(request);
}

async function expectSame(folder: string, { files }: HubRepository): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile());
  expect(found.length).toBeGreaterThan(3);
  for (const { parentPath, name } of found) {
    const path = join(parentPath, name);
    const bytes = await readFile(path);
    expect(bytes.equals(files[path.slice(folder.length + 1)]!), path).toBe(true);
  }
}
