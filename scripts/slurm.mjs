/** Installs what the tests of `--executor slurm` need: a real Slurm, with munge for its messages. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, say } from './steps.mjs';

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
  if (existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    say('Installing Slurm for the tests (apt-get) …');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const options = { env, output: 'stderr' };
    const quiet = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300'];
    await run('apt-get', [...quiet, 'update'], options);
    await run(
      'apt-get',
      [...quiet, 'install', '-y', '--no-install-recommends', ...packages],
      options,
    );
  }
  const missing = missingSlurm();
  if (missing.length === 0) return;
  throw new Error(
    `Slurm is not installed (${missing.join(', ')}), so the tests of sweeps in a cluster cannot run. ` +
      `Install it with "sudo apt-get install -y ${packages.join(' ')}".`,
  );
}
