import { describe, expect, it } from 'vitest';
import { JobQueue, jobTitle, queueCard } from '../../src/extension/jobs/jobQueue.ts';

/** A queue beside something that may be in progress, and what it did. */
function queue() {
  const world = { busy: true, started: [] as string[], changes: 0, errors: [] as unknown[] };
  const jobs = new JobQueue({
    isBusy: () => world.busy,
    changed: () => world.changes++,
    failed: (error) => world.errors.push(error),
  });
  const job = (path: string, title = 'train') => ({
    path,
    title,
    start: () => {
      world.started.push(`${path} ${title}`);
      world.busy = true;
      return Promise.resolve();
    },
  });
  const end = () => {
    world.busy = false;
    jobs.next();
  };
  return { jobs, world, job, end };
}

describe('jobs that wait', () => {
  it('start one after the other, in the order in which they came', () => {
    const { jobs, world, job, end } = queue();
    jobs.add(job('/a.ptune'));
    jobs.add(job('/b.ptune'));
    expect(world.started).toEqual([]);
    end();
    expect(world.started).toEqual(['/a.ptune train']);
    expect(jobs.waiting.map(({ path }) => path)).toEqual(['/b.ptune']);
    end();
    end();
    expect(world.started).toEqual(['/a.ptune train', '/b.ptune train']);
    expect(jobs.waiting).toEqual([]);
  });

  it('wait once, whoever asks twice', () => {
    const { jobs, job } = queue();
    jobs.add(job('/a.ptune'));
    jobs.add(job('/a.ptune'));
    jobs.add(job('/a.ptune', 'score'));
    expect(jobs.waiting.map(({ title }) => title)).toEqual(['train', 'score']);
  });

  it('can be taken out, one or all', () => {
    const { jobs, world, job, end } = queue();
    for (const path of ['/a', '/b', '/c']) jobs.add(job(path));
    jobs.remove(jobs.waiting[0]!.id);
    expect(jobs.waiting.map(({ path }) => path)).toEqual(['/b', '/c']);
    jobs.remove(99);
    jobs.remove();
    end();
    expect([jobs.waiting, world.started]).toEqual([[], []]);
    expect(world.changes).toBe(5);
  });

  it('start at once where nothing is in progress any more', () => {
    const { jobs, world, job } = queue();
    world.busy = false;
    jobs.add(job('/a'));
    expect(world.started).toEqual(['/a train']);
  });

  it('tell where they could not start, and let the next one go on', async () => {
    const { jobs, world, job, end } = queue();
    jobs.add({ path: '/a', title: 'train', start: () => Promise.reject(new Error('gone')) });
    jobs.add(job('/b'));
    end();
    await Promise.resolve();
    await Promise.resolve();
    expect(world.errors).toEqual([new Error('gone')]);
    expect(world.started).toEqual(['/b train']);
    expect(jobs.waiting).toEqual([]);
  });
});

describe('what is said of them', () => {
  it.each([
    [{ kind: 'score' } as const, 'score'],
    [{ kind: 'train' } as const, 'train'],
    [{ kind: 'train', prompts: ['a', 'b'] } as const, 'train a and b'],
    [{ kind: 'train', prompts: ['a'], seeds: [3] } as const, 'train a, seed 3'],
    [{ kind: 'train', prompts: ['a'], resume: 'r1' } as const, 'train a, resumed r1'],
  ])('%j is "%s"', (job, title) => {
    expect(jobTitle(job)).toBe(title);
  });

  it('lists what waits, each with a link that takes it out', () => {
    const { jobs, job } = queue();
    expect(queueCard('t2.ptune: training', [])).toBe(
      'PTune: t2\\.ptune: training\n\nA click cancels it.',
    );
    jobs.add(job('/x/a.ptune', 'train learned'));
    jobs.add(job('/x/b.ptune', 'score'));
    expect(queueCard('t2.ptune: training', jobs.waiting).split('\n').slice(-2)).toEqual([
      '1. a\\.ptune: train learned — [Remove](command:ptune.removeWaiting?%5B1%5D)',
      '2. b\\.ptune: score — [Remove](command:ptune.removeWaiting?%5B2%5D)',
    ]);
  });
});
