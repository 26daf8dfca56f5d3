/** The licenses of the code that ships inside the bundles, as their authors ask for. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './steps.mjs';

/** The folder of the package that a bundled file belongs to; undefined for the project's own. */
function packageOf(path) {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0];
}

/** A text with the name, version and license of every package among `paths`. */
export function noticesFor(paths) {
  const packages = [...new Set(paths.map(packageOf).filter(Boolean))].sort();
  return packages
    .map((folder) => {
      const { name, version, license } = JSON.parse(
        readFileSync(join(root, folder, 'package.json'), 'utf8'),
      );
      const texts = readdirSync(join(root, folder))
        .filter((file) => /^(licen[cs]e|notice|copying)/i.test(file))
        .map((file) => readFileSync(join(root, folder, file), 'utf8').trim());
      return [`${name} ${version} (${license})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`)
    .concat('\n');
}
