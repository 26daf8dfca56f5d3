/** How long the extension takes to start, in a plain Node in the place of VS Code's extension host. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const starts = 9;

interface HostReport {
  readonly times: { readonly node: number; readonly load: number; readonly activate: number };
}

/** Prints the processor time of loading the bundle and of activating it with one open file: medians. */
export async function benchActivation(root: string): Promise<void> {
  const host = join(root, 'test/support/editorHost.mjs');
  const args = [host, join(root, 'dist/extension.cjs'), join(root, 'examples/capitals.ptune')];
  const times: HostReport['times'][] = [];
  for (let i = 0; i < starts; i++) {
    const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1e8 });
    times.push((JSON.parse(stdout) as HostReport).times);
  }
  const median = (part: (time: HostReport['times']) => number) =>
    times.map(part).sort((a, b) => a - b)[Math.floor(starts / 2)]!;
  const total = median(({ load, activate }) => load + activate);
  console.log(
    `activation: ${total.toFixed(0)} ms of a processor (loading ${median((t) => t.load).toFixed(0)}, activating ${median((t) => t.activate).toFixed(0)}; median of ${starts} starts; at most 150), ${median((t) => (t.load + t.activate) / t.node).toFixed(2)} times what Node itself takes to start`,
  );
}
