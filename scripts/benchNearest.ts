/** The part of `npm run bench` on the nearest tokens of a large vocabulary. */
import { Random } from '../src/base/random.ts';
import { nearestTokens, rowNorms } from '../src/evaluation/nearestTokens.ts';
import { buildProductGraph } from '../src/model/promptGraph.ts';
import { float32, Session } from '../src/runtime/session.ts';

/** GPT-2's vocabulary and width, and as many vectors as a long prompt has. */
const [rows, size, width] = [20, 50_257, 768];
const repetitions = 9;

/** Prints how long the neighborhoods under all three metrics take. */
export async function benchNearest(): Promise<void> {
  const random = new Random(1);
  const draw = (count: number) =>
    Float32Array.from({ length: count }, () => random.uniform() - 0.5);
  const [table, vectors] = [draw(size * width), draw(rows * width)];
  const tokens = Array.from({ length: size }, (_, id) => `t${id}`);
  const norms = rowNorms(table, width);
  const session = await Session.create(buildProductGraph(rows, size, width));
  const times: number[] = [];
  for (let i = 0; i < repetitions; i++) {
    const start = performance.now();
    const { dots } = await session.run({
      vectors: float32([rows, width], vectors),
      table: float32([size, width], table),
    });
    nearestTokens({
      vectors,
      table,
      width,
      tokens,
      exclude: new Set([0]),
      metrics: ['cosine', 'dot', 'l2'],
      count: 5,
      products: { dots: dots!, norms },
    });
    times.push(performance.now() - start);
  }
  await session.release();
  const median = times.sort((a, b) => a - b)[Math.floor(repetitions / 2)]!;
  console.log(
    `\nnearest tokens of ${rows} vectors in ${size} × ${width}, three metrics: ${median.toFixed(0)} ms (fastest ${times[0]!.toFixed(0)} ms)`,
  );
}
