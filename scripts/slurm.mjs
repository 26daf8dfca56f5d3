/** Installs what the tests of `--executor slurm` need: a real Slurm, with munge for its messages. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installPackages } from './steps.mjs';

const programs = ['slurmctld', 'slurmd', 'sbatch', 'squeue', 'scancel', 'munged'];
const packages = ['slurmctld', 'slurmd', 'slurm-client', 'munge'];

/** The programs that are not there. */
export function missingSlurm() {
  // Debian keeps daemons where the path of most people does not lead.
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return programs.filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}

/**
 * Installs Debian's Slurm where it is missing and that is allowed. Throws an Error that names the
 * command that mends it.
 */
export async function installSlurm() {
  if (missingSlurm().length === 0) return;
  await installPackages('Slurm', packages);
  const missing = missingSlurm();
  if (missing.length === 0) return;
  throw new Error(
    `Slurm is not installed (${missing.join(', ')}), so the tests of sweeps in a cluster cannot run. ` +
      `Install it with "sudo apt-get install -y ${packages.join(' ')}".`,
  );
}
