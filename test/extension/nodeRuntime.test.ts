import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { type NodeSearch, findNode } from '../../src/extension/jobs/nodeRuntime.ts';
import { temporaryFolder } from '../support/temporaryFolder.ts';

let folder: string;

beforeEach(async () => {
  folder = await temporaryFolder();
});

/** A program in a folder of its own that does what a shell script says. */
async function program(place: string, name: string, script: string): Promise<string> {
  await mkdir(join(folder, place), { recursive: true });
  const path = join(folder, place, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

/** A stand-in for a Node of this version. */
function node(place: string, version: string, architecture = process.arch, electron?: string) {
  const answer = JSON.stringify([version, architecture, electron ?? null]);
  return program(place, 'node', `echo '${answer}'`);
}

function search(changes: Partial<NodeSearch> & { path?: string } = {}): NodeSearch {
  const { path = '', ...rest } = changes;
  return {
    setting: undefined,
    environment: { PATH: path },
    platform: 'linux',
    architecture: process.arch,
    execPath: join(folder, 'none'),
    isElectron: true,
    ...rest,
  };
}

describe('findNode', () => {
  it('takes the Node that this test runs on, from the PATH', async () => {
    await symlink(process.execPath, join(folder, 'node'));
    expect(await findNode(search({ path: folder }))).toEqual({
      path: join(folder, 'node'),
      version: process.versions.node,
      origin: 'PATH',
    });
  });

  it('passes over what is too old, is Electron, is of another processor or does not run', async () => {
    await node('old', '18.20.0');
    await node('electron', '22.1.0', process.arch, '35.0.0');
    await node('other', '22.1.0', 's390x');
    await program('broken', 'node', 'exit 3');
    const good = await node('good', '20.12.0');
    const places = ['missing', 'old', 'electron', 'other', 'broken', 'good'];
    const path = places.map((place) => join(folder, place)).join(delimiter);
    expect(await findNode(search({ path }))).toMatchObject({ path: good, version: '20.12.0' });
  });

  it('prefers the setting, and does not pass over one that is wrong', async () => {
    const set = await node('set', '24.0.0');
    const other = await node('other', '22.0.0');
    const path = join(folder, 'other');
    expect(await findNode(search({ setting: set, path }))).toMatchObject({ origin: 'setting' });
    await expect(findNode(search({ setting: `${other}x`, path }))).rejects.toMatchObject({
      code: 'runtime/no-node',
      message: expect.stringMatching(/"ptune.nodePath".*otherx? ?.*no such file/) as string,
      nextStep: expect.stringContaining('clear it') as string,
    });
  });

  it('asks a login shell, whatever that prints beside the answer', async () => {
    const managed = await node('managed', '22.0.0');
    const shell = await program(
      'shells',
      'shell',
      `echo 'Welcome <node>'\nPATH='${join(folder, 'managed')}:/usr/bin:/bin'\nshift 3\neval "$1"`,
    );
    const found = await findNode(search({ environment: { PATH: '', SHELL: shell } }));
    expect(found).toMatchObject({ path: managed, origin: 'login shell' });
  });

  it("takes the server's own Node last, and never Electron", async () => {
    const execPath = await node('server', '24.0.0');
    expect(await findNode(search({ execPath, isElectron: false }))).toMatchObject({
      path: execPath,
      origin: 'server',
    });
    await expect(findNode(search({ execPath }))).rejects.toMatchObject({
      code: 'runtime/no-node',
      message: 'No Node.js was found to run the trainer: there is no "node" on the PATH.',
    });
  });

  it('says of everything that it found why it cannot be used', async () => {
    await node('old', '18.20.0');
    await node('other', '22.1.0', 's390x');
    const path = ['old', 'other'].map((place) => join(folder, place)).join(delimiter);
    await expect(findNode(search({ path }))).rejects.toThrow(
      new RegExp(`Node 18.20.0, older than 20.12; .*built for s390x, the engine for`),
    );
  });
});
