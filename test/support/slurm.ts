/** A real Slurm with one node, this machine, in a temporary folder and on ports of its own. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';
import { root } from './project.ts';

const execute = promisify(execFile);

export interface Slurm {
  /** What programs need to find it. */
  readonly variables: Readonly<Record<string, string>>;
  /** Runs one of its commands; gives what it printed. */
  readonly call: (command: string, ...args: string[]) => Promise<string>;
  /** Ends its daemons and removes its folder. */
  readonly stop: () => Promise<void>;
}

/** Starts it, installing its packages where they are missing, and waits until the node is idle. */
export async function startSlurm(): Promise<Slurm> {
  const { installSlurm } = (await import(join(root, 'scripts/slurm.mjs'))) as {
    installSlurm: () => Promise<void>;
  };
  await installSlurm();
  const folder = await mkdtemp(join(tmpdir(), 'ptune-slurm-'));
  // Daemons lie where the path of most people does not lead.
  const path = [process.env['PATH'], '/usr/sbin', '/sbin'].join(delimiter);
  const conf = join(folder, 'slurm.conf');
  const variables = { SLURM_CONF: conf, PATH: path };
  const env = { ...process.env, ...variables };
  const daemons: ChildProcess[] = [];
  const start = (command: string, ...args: string[]) => {
    daemons.push(spawn(command, args, { env, stdio: 'ignore' }));
  };
  const call = async (command: string, ...args: string[]) =>
    (await execute(command, args, { env })).stdout;
  const stop = async () => {
    // What is still at work would outlive the daemons.
    await call('scancel', '--user', userInfo().username).catch(() => undefined);
    await until('an empty queue', async () => {
      if ((await call('squeue', '--noheader')).trim() !== '') throw new Error('busy');
    }).catch(() => undefined);
    await Promise.all(daemons.map(ended));
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  try {
    await prepare(folder, conf);
    const munge = ['--key-file', `${folder}/munge.key`, '--socket', `${folder}/munge.socket`];
    const files = ['--pid-file', `${folder}/munge.pid`, '--seed-file', `${folder}/munge.seed`];
    start(
      'munged',
      '--foreground',
      '--force',
      ...munge,
      ...files,
      '--log-file',
      `${folder}/munge.log`,
    );
    await until('munge', () => readFile(`${folder}/munge.pid`));
    start('slurmctld', '-D', '-f', conf);
    start('slurmd', '-D', '-f', conf);
    await until('an idle node', async () => {
      if (!/^idle/m.test(await call('sinfo', '--noheader', '--format=%t'))) throw new Error('busy');
    });
  } catch (error) {
    const logs = await Promise.all(
      ['munge', 'ctld', 'd'].map((name) => readFile(`${folder}/${name}.log`, 'utf8').catch(String)),
    );
    await stop();
    throw new Error(`Slurm does not start: ${String(error)}\n${logs.join('\n')}`);
  }
  return { variables, call, stop };
}

async function prepare(folder: string, conf: string): Promise<void> {
  await mkdir(join(folder, 'state'));
  await mkdir(join(folder, 'spool'));
  await writeFile(join(folder, 'munge.key'), 'the key of a test, long enough for munge to take it');
  await chmod(join(folder, 'munge.key'), 0o600);
  const [controller, node] = [await freePort(), await freePort()];
  const host = hostname().split('.')[0]!;
  const user = userInfo().username;
  const lines = [
    'ClusterName=test',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controller}`,
    `SlurmdPort=${node}`,
    'AuthType=auth/munge',
    `AuthInfo=socket=${folder}/munge.socket`,
    'CredType=cred/munge',
    `SlurmUser=${user}`,
    `SlurmdUser=${user}`,
    `StateSaveLocation=${folder}/state`,
    `SlurmdSpoolDir=${folder}/spool`,
    `SlurmctldPidFile=${folder}/ctld.pid`,
    `SlurmdPidFile=${folder}/d.pid`,
    `SlurmctldLogFile=${folder}/ctld.log`,
    `SlurmdLogFile=${folder}/d.log`,
    'ProctrackType=proctrack/linuxproc',
    'TaskPlugin=task/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_Core',
    'ReturnToService=2',
    'SwitchType=switch/none',
    'MpiDefault=none',
    // It looks for work at once, and kills soon.
    'SchedulerParameters=sched_min_interval=1000,batch_sched_delay=0,sched_interval=1',
    'KillWait=5',
    // The machine may have fewer processors than the node is said to have.
    'SlurmdParameters=config_overrides',
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    'PartitionName=debug Nodes=ALL Default=YES MaxTime=INFINITE State=UP',
  ];
  await writeFile(conf, `${lines.join('\n')}\n`);
}

async function until(what: string, works: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + 15_000;
  for (;;) {
    try {
      await works();
      return;
    } catch (error) {
      if (Date.now() > end) throw new Error(`${what} did not come: ${String(error)}`);
      await setTimeout(100);
    }
  }
}

/** Asks a daemon to end, by its process; kills it where it does not. */
async function ended(daemon: ChildProcess): Promise<void> {
  if (daemon.exitCode !== null || daemon.signalCode !== null) return;
  const gone = new Promise((resolve) => daemon.once('exit', resolve));
  daemon.kill('SIGTERM');
  const abort = new AbortController();
  const late = setTimeout(5000, undefined, { signal: abort.signal }).then(
    () => daemon.kill('SIGKILL'),
    () => false,
  );
  await gone;
  abort.abort();
  await late;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
