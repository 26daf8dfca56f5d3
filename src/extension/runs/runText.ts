/** What the view of runs says of each, in words. */
import {
  counted,
  duration,
  listed,
  percent,
  percentRange,
  resumedText,
  seedCount,
} from '../../base/format.ts';
import { markdownText } from '../../base/markdown.ts';
import type { RunHeader, RunState } from '../../runs/runHeader.ts';
import { resumedAfter } from '../../runs/runManifest.ts';
import type { RunScore } from '../../runs/runScore.ts';
import { ago } from '../scores/scoreCard.ts';

/** What is known of a run beside its own files. */
export interface RunFacts {
  /** Its own score, where it was scored. */
  readonly score: RunScore | undefined;
  /** What changed since, such as "template changed"; undefined while it holds. */
  readonly stale: string | undefined;
  /** How far it is, where this window trains it: "step 120 of 400 · 9 s left". */
  readonly progress: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** How a run is drawn: an icon of the editor's, and words that say the same. */
export const stateLooks: Readonly<Record<RunState, { icon: string; words: string }>> = {
  completed: { icon: 'pass', words: 'done' },
  running: { icon: 'loading~spin', words: 'running' },
  interrupted: { icon: 'debug-pause', words: 'interrupted' },
  failed: { icon: 'error', words: 'failed' },
  imported: { icon: 'package', words: 'imported' },
};

/** The name that a person gave, else which seed it is. */
export function runLabel({ label, manifest, state }: RunHeader): string {
  return label.name ?? (state === 'imported' ? 'imported vectors' : `seed ${manifest.seed}`);
}

/**
 * "93 % (83–97 %) · done · 2 hours ago", with what else there is to know; the most telling comes first,
 * since a narrow side bar cuts the rest.
 */
export function runDescription(header: RunHeader, facts: RunFacts): string {
  const { label, manifest, state } = header;
  const named = label.name !== undefined && state !== 'imported';
  return [
    ...(scoreText(header, facts) ?? []),
    stateText(header, facts),
    ...(label.pinned === true ? ['pinned'] : []),
    ...(named ? [`seed ${manifest.seed}`] : []),
    ageText(header, facts.now),
    ...(label.note === undefined ? [] : [label.note]),
  ].join(' · ');
}

function stateText(header: RunHeader, { progress }: RunFacts): string {
  const { state, step, manifest } = header;
  const { words } = stateLooks[state];
  const where = `step ${step ?? 0} of ${manifest.steps}`;
  switch (state) {
    case 'completed':
    case 'imported':
      return words;
    case 'running':
      return `${progress ?? where} · ${words}`;
    case 'interrupted':
      return `${words} at ${where}`;
    case 'failed':
      return `${words}: ${manifest.reason ?? `at ${where}`}`;
  }
}

/** The score, if one belongs to the state; a stale one never looks like a current one. */
function scoreText({ state }: RunHeader, { score, stale }: RunFacts): string[] | undefined {
  if (state !== 'completed' && state !== 'imported') {
    return stale === undefined ? undefined : [`stale: ${stale}`];
  }
  if (stale !== undefined) {
    return [`⟳ stale: ${stale}${score === undefined ? '' : ` (was ${percent(score.accuracy)})`}`];
  }
  if (score === undefined) return ['not scored'];
  return [`${percent(score.accuracy)} (${percentRange(score.interval)})`];
}

function ageText({ manifest: { timings } }: RunHeader, now: number): string {
  return ago((now - Date.parse(timings.endedAt ?? timings.startedAt)) / 1000);
}

/**
 * "4 runs · 1 of 3 seeds": how many runs a prompt has, whether one of them goes on, and whether those
 * that hold are fewer than the file asks for.
 */
export function promptDescription(
  runs: readonly { readonly header: RunHeader; readonly stale: string | undefined }[],
  asked: readonly number[],
): string {
  const holding = runs.filter(
    ({ header, stale }) => stale === undefined && header.state === 'completed',
  );
  const seeds = new Set(holding.map(({ header }) => header.manifest.seed));
  const done = asked.filter((seed) => seeds.has(seed)).length;
  const running = runs.filter(({ header }) => header.state === 'running').length;
  return [
    counted(runs.length, 'run'),
    ...(running === 0 ? [] : [`${running} running`]),
    ...(done === 0 || done === asked.length ? [] : [seedCount(done, asked.length - done)]),
  ].join(' · ');
}

/** Everything of a run that a person may ask for, as Markdown. */
export function runTooltip(header: RunHeader, facts: RunFacts): string {
  const { manifest, label } = header;
  const { timings, model, bestStep, machine } = manifest;
  const took = timings.seconds === undefined ? undefined : duration(timings.seconds);
  const text = markdownText;
  const rows: [name: string, value: string | undefined][] = [
    ['Score', facts.stale === undefined && facts.score ? scoreLine(facts.score) : undefined],
    ['Stale', facts.stale],
    ['Note', label.note],
    ['Seed', header.state === 'imported' ? undefined : String(manifest.seed)],
    ['Model', model.id],
    ['Virtual tokens', String(virtualTokens(header))],
    ['Steps', bestStep === undefined ? undefined : `${bestStep} kept of ${manifest.steps}`],
    ['Settings', settingsText(manifest.settings)],
    ['Started', timings.startedAt.replace('T', ' ').replace(/\.\d+Z$/, ' UTC')],
    ['Took', took],
    ['Went on', resumedText(resumedAfter(manifest))],
    ['Machine', [machine['processor'], machine['platform']].filter(Boolean).join(', ')],
  ];
  const lines = rows.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [`- ${name}: ${text(value)}`],
  );
  const title = `**${text(manifest.prompt.name)}**, ${text(runLabel(header))} — ${text(stateText(header, facts))}`;
  return [title, lines.join('\n'), text(header.id)].join('\n\n');
}

function scoreLine({ accuracy, interval, n, split, loss, candidates }: RunScore): string {
  const among = candidates.kind === 'generate' ? '' : `, among ${candidates.count} candidates`;
  return `${percent(accuracy)} of ${counted(n, `${split} answer`)} right (95 %: ${percentRange(interval)})${among}, loss ${loss.toFixed(2)}`;
}

function virtualTokens({ manifest }: RunHeader): number {
  return manifest.placement.reduce((sum, { rows }) => sum + rows.length, 0);
}

/** The settings that a person set or would ask for; seeds stand by themselves. */
function settingsText(settings: Readonly<Record<string, unknown>>): string {
  const shown = Object.entries(settings).filter(
    ([key, value]) => key !== 'seeds' && value !== undefined && value !== null,
  );
  return listed(
    shown.map(
      ([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    ),
  );
}
