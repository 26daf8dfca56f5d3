/** Where the page has its report from: the file that it is, or messages of an editor. */
import { fromBase64 } from '../src/protocol/columns.ts';
import type { ExampleTable } from '../src/protocol/exampleTable.ts';
import type { Report } from '../src/protocol/report.ts';

/** The report in a page that stands alone, if there is one. */
export function embeddedReport(): Report | undefined {
  const json = document.getElementById('report')?.textContent;
  return json ? (JSON.parse(json) as Report) : undefined;
}

/** By prompt name, why its score was stale when the page that stands alone was written. */
export function embeddedStale(): Readonly<Record<string, string>> {
  const json = document.getElementById('stale')?.textContent;
  return json ? (JSON.parse(json) as Record<string, string>) : {};
}

/** The examples in a page that stands alone. They lie after the script, and may not be read yet. */
export async function embeddedExamples(): Promise<ExampleTable> {
  await whenRead();
  const bytes = fromBase64(document.getElementById('examples-data')!.textContent);
  const json = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return (await new Response(json).json()) as ExampleTable;
}

/** Resolves when the whole file is in the page. */
async function whenRead(): Promise<void> {
  if (document.readyState !== 'loading') return;
  await new Promise((resolve) =>
    document.addEventListener('DOMContentLoaded', resolve, { once: true }),
  );
}
