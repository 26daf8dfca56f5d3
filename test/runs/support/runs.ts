/** Folders of runs, as the trainer leaves them. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunManifest } from '../../../src/runs/runManifest.ts';

/** A manifest with these changes. */
export function manifestWith(change: Partial<RunManifest> = {}): RunManifest {
  return {
    format: 1,
    id: '20261123T010203-learned-1-ab12',
    status: 'completed',
    file: 'capitals.ptune',
    prompt: { name: 'learned', template: '{*2} {country} {capital}' },
    seed: 1,
    settings: { encoder: 'lstm', steps: 400, seeds: [1] },
    model: { id: 'bundled/x', sha256: 'm' },
    hashes: { template: 't', settings: 's', data: 'd', model: 'm', tokenizer: 'k' },
    versions: { ptune: '0.1.0' },
    machine: { cores: 2 },
    process: { pid: 1, host: 'elsewhere.example' },
    timings: { startedAt: '2026-11-23T01:02:03.000Z', seconds: 12 },
    steps: 400,
    bestStep: 380,
    placement: [{ part: 0, rows: [0, 1] }],
    ...change,
  };
}

/** Writes a run into a folder of runs; gives the run's folder. */
export async function writeRun(runs: string, change: Partial<RunManifest> = {}): Promise<string> {
  const manifest = manifestWith(change);
  const folder = join(runs, manifest.id);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'run.json'), JSON.stringify(manifest));
  return folder;
}
