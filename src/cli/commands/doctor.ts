/** `ptune doctor`: versions, engine, models and folders in one text, without secrets. */
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { existsSync, readdirSync } from 'node:fs';
import { engine } from '../../runtime/session.ts';
import { bundledModels, ptuneVersion } from '../environment.ts';
import { print, printJson, type Output } from '../output.ts';

/** Prints what a report of a problem should say. */
export function doctor(output: Output): number {
  const facts = {
    ptune: ptuneVersion(),
    node: process.version,
    engine: `${engine.name} ${engine.version}`,
    system: `${platform()} ${release()} ${arch()}`,
    processor: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    'bundled models': existsSync(bundledModels) ? readdirSync(bundledModels).join(', ') : 'none',
  };
  if (output.json) printJson(facts);
  else for (const [name, value] of Object.entries(facts)) print(`${name.padEnd(16)}${value}`);
  return 0;
}
