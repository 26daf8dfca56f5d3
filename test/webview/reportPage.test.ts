import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { buildReport } from '../../src/evaluation/report.ts';
import { splitReport } from '../../src/protocol/report.ts';
import { renderReportPage } from '../../src/protocol/reportPage.ts';
import { capitalsInputs } from '../evaluation/support/reportInputs.ts';
import { contentOf } from './support/page.ts';

const full = buildReport(capitalsInputs());
const [report] = splitReport(full);
const content = (await contentOf(full))!;

function page(script: string, style = '') {
  return renderReportPage(content, {
    script: { text: script },
    style: { text: style },
    nonce: 'abc',
    host: 'browser',
  });
}

describe('the HTML of the report page', () => {
  test('stands alone: script, style and report are in it', () => {
    const html = page('run()', 'p { color: red }');
    expect(html).toContain('<script nonce="abc">run()</script>');
    expect(html).toContain('<style nonce="abc">p { color: red }</style>');
    expect(html).not.toMatch(/(src|href)=/);
    const json = /<script type="application\/json" id="report">(.*)<\/script>/.exec(html)![1]!;
    expect(JSON.parse(json)).toEqual(report);
    const packed = /<script type="application\/gzip" id="examples-data">(.*)<\/script>/.exec(
      html,
    )![1]!;
    const examples: unknown = JSON.parse(gunzipSync(Buffer.from(packed, 'base64')).toString());
    expect(examples).toEqual(full.predictions);
  });

  test('in an editor points to its files and has no report', () => {
    const html = renderReportPage(undefined, {
      script: { uri: 'https://host/report.js?a&b' },
      style: { uri: 'https://host/report.css' },
      nonce: 'abc',
      host: 'editor',
    });
    expect(html).toContain('<script nonce="abc" src="https://host/report.js?a&amp;b"></script>');
    expect(html).toContain('href="https://host/report.css"');
    expect(html).toContain('data-host="editor"');
    expect(html).not.toMatch(/application\/(json|gzip)/);
  });

  test('allows only what carries the nonce', () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page(''))![1]!;
    expect(policy.split('; ')).toEqual([
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "script-src 'nonce-abc'",
      "style-src 'nonce-abc'",
    ]);
  });

  test('no script or style can end its own element', () => {
    const html = page("x = '</script><!--'", 'a::after { content: "</style>" }');
    expect(html).toContain("x = '<\\/script><\\!--'");
    expect(html).toContain('content: "<\\/style>"');
  });
});
