// Bundles the scripts and style sheets of www/ into a few small files. Called by make_site and pack in build.sh.
//
//   node build/site.mjs WWW SITE             the pages, for a host
//   node build/site.mjs WWW PACKAGE element  the element alone, for the npm package
//
// Each page's scripts become one bundle. Modules that it imports dynamically become separate files; the views become one file for
// each group. The scripts of pages and workers and the style sheets of pages keep their addresses.

import { copyFile, readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';

const [www, site] = process.argv.slice(2, 4).map((folder) => path.resolve(folder));
const isPackage = process.argv[4] === 'element';

const PAGE_SCRIPTS = isPackage ? ['polytask-lab.js'] : ['polytask-lab.js', 'article.js', 'embed.js'];
/** Each worker becomes one file that shares no code with the pages, and so does each module that a worker loads when it needs it. */
const LONE_SCRIPTS = [
  ...['engine/worker.js', 'engine/thread.js'],
  ...(isPackage ? [] : ['engine/encoder/elsewhere.js', 'engine/reader-data.js', 'engine/keeping.js', 'engine/model/in-worker.js', 'sw.js']),
];
/** Pages that load the script for saved models have no lab: it shares no code with the others. It imports more for a zip. */
const MODEL_SCRIPT = 'model.js';
const PAGE_STYLES = ['tokens', 'article', 'chapters', 'rooms', 'embed', 'lab'].map((name) => `styles/${name}.css`);
/** Of parts of the element that are loaded when they are first needed. */
const PART_STYLES = ['styles/columns.css', 'styles/encoder-choice.css', 'styles/model.css', 'styles/own-data.css'];
/** Lists the style sheets of the element, which become one file. */
const STYLE_FILES = 'ui/style-files.js';
const ELEMENT_STYLE = 'styles/element.css';
/** Files of www/views/ that are loaded together: the views that a reader sees first, and the others. */
const GROUPS = {
  first: ['bar', 'encoder', 'sentences', 'losses', 'accuracy', 'try'],
  later: ['settings', 'diagram', 'loop', 'results', 'log', 'steps', 'gradients', 'interference', 'compare', 'sharing', 'map', 'use-model', 'share'],
};

/** The element's own code, and modules that are loaded only together with it. */
const ELEMENT = 'element/parts.js';
const BESIDE_ELEMENT = [
  ...['strings/en.js', 'strings/de.js', 'offline.js', 'views/columns.js', 'views/confusion-list.js'],
  ...['ui/many/search-list.js', 'strings/columns.en.js', 'strings/columns.de.js'],
  ...['lab/recipe/known-recipe.js', 'lab/recipe/read-link.js', 'element/source.js', 'views/reliability-diagram.js'],
  ...['views/dialogs.js', 'strings/dialogs.en.js', 'strings/dialogs.de.js'],
  ...['views/check.js', 'views/label-next.js', 'views/classify.js', 'strings/own-data.en.js', 'strings/own-data.de.js'],
  'engine/keeping/found.js',
  ...['lab/encoder/pooling.js', 'strings/link.en.js', 'strings/link.de.js', 'views/encoder-choice.js', 'strings/encoder-choice.en.js', 'strings/encoder-choice.de.js'],
  ...['models.js', 'strings/model.en.js', 'strings/model.de.js'],
];

/** Addresses of files; and the module that takes its place in the package. */
const FILES = 'engine/files.js';
const FILES_OF_PACKAGE = path.join(import.meta.dirname, 'package-files.js');
/** A script that is no module: made smaller as one, its names would become those of the page. */
const CLASSIC_SCRIPT = 'load.js';

/** @type {import('esbuild').BuildOptions} */
const SMALL = {
  absWorkingDir: www,
  outbase: www,
  outdir: site,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'esnext',
  charset: 'utf8',
  legalComments: 'none',
  logLevel: 'warning',
};

/**
 * esbuild puts modules into one file if the same scripts need them. This import makes the scripts that need the element's modules
 * the same, so that there are fewer files. It loads nothing new, since the element is loaded already.
 */
const withElement = `import ${JSON.stringify(path.join(www, ELEMENT))};\n`;

/**
 * What the charts do without, in the chart library: each pattern and its replacement. They draw straight lines over numbers, with a
 * legend of the page's own. So the library needs no other lines, no dates, no legend, no scales but linear ones, and need not join
 * tables. What is not called any more is left out when the bundle is made smaller.
 *
 * @type {[RegExp, string][]}
 */
const CHART_CUTS = [
  [/^uPlot\.assign = [^]*(?=^export )/m, 'uPlot.paths = { linear };\n'],
  [/^const (\[ timeIncrs|localTz ).*\n/gm, ''],
  [/^\tconst _(tzDate|fmtDate|timeAxisSplits|timeAxisVals|timeSeriesVal) +=.*\n/gm, ''],
  [/\blet isTime = .*?;/g, ''],
  [/\bisTime\b/g, 'false'],
  [/\bmode = (u|self)\.mode;/g, 'mode = 1;'],
  [/\bshowLegend = legend\.show;/g, 'showLegend = false;'],
  [/\bcursorFocus = .*?;/g, 'cursorFocus = false;'],
  [/\b(\w+\.distr|distr|xScaleDistr) +(==|>=) +(2|3|4|100)\b/g, 'false'],
  // Ranges and texts are given, and no area is filled.
  [/\bfnOrSelf\(rn \|\| \([^]*?\n\t+\)\);/g, 'fnOrSelf(rn);'],
  [/\b([as]v) \|\| num(Axis|Series)Vals?\b/g, '$1'],
  [/^\t+let \[ bandFillDir, bandClipDir \] = .*\n/gm, ''],
  [/\bseries\.fill != null \|\| bandFillDir != 0/g, 'false'],
  [/\bbandClipDir != 0/g, 'false'],
  [/\bflags != 0 && bands\b/g, 'false && bands'],
  // Lines with more points than pixels are drawn by ui/plot.js.
  [/\bdecimate = .*;/g, 'decimate = false;'],
  // No part is selected by dragging, no other chart moves along, and neither series nor axes change.
  [/\bselect\.show && dragging\b/g, 'false'],
  [/\bdrag\.(x|y|setScale)\b/g, 'false'],
  [/\bsyncKey != null\b/g, 'false'],
  [/^\tself\.((add|del)(Series|Band)|set(Select|Series|Band|Legend)|posToIdx|valToIdx) +=.*;\n/gm, ''],
];

/** @param {string} source */
function onlyLines(source) {
  return CHART_CUTS.reduce((rest, [pattern, replacement]) => {
    if (rest.search(pattern) < 0) throw new Error(`uPlot is written in another way than it was: it has no ${pattern} (CHART_CUTS in build/site.mjs)`);
    return rest.replace(pattern, replacement);
  }, source);
}

/** A module's own address, and an address relative to it. */
const OWN_ADDRESS = /new URL\('([^']+)', import\.meta\.url\)|import\.meta\.url/g;

/**
 * Corrects addresses relative to a module (`import.meta.url`), which becomes part of a file in the folder `to` of the site.
 *
 * @param {string} to
 * @param {boolean} [isPage] Whether the bundle may hold the element.
 * @returns {import('esbuild').Plugin}
 */
const addresses = (to, isPage = false) => ({
  name: 'addresses',
  setup({ onLoad, onResolve }) {
    const fromThere = (/** @type {string} */ file) => path.relative(path.join(www, to), file);
    onLoad({ filter: /\.js$/ }, async ({ path: file }) => {
      const written = await readFile(isPackage && file === path.join(www, FILES) ? FILES_OF_PACKAGE : file, 'utf8');
      const source = file.endsWith('vendor/uPlot.esm.js') ? onlyLines(written) : written;
      // The worker gives the library the address of its wasm module.
      if (file.startsWith(path.join(www, 'pkg/'))) return { contents: source.replace(OWN_ADDRESS, 'undefined') };
      // Users' bundlers look for addresses in the first form and copy the file, and must not find any in the second.
      const relocated = source.replace(OWN_ADDRESS, (_, to) =>
        to
          ? `new URL('./${fromThere(path.resolve(path.dirname(file), to))}', import.meta.url)`
          : `new URL(${JSON.stringify(fromThere(file))}, '' + import.meta.url).href`,
      );
      const module = path.relative(www, file);
      const beside = isPage && BESIDE_ELEMENT.includes(module) ? withElement : '';
      // The first views are part of the element's own file, which compresses better than two.
      const first = module === ELEMENT ? GROUPS.first.map((view) => `export * from '../views/${view}.js';`).join('\n') : '';
      return { contents: beside + relocated + first };
    });
    // On a host, these are files that a worker imports when it needs them. In the package they are part of the worker, since bundlers
    // copy it alone.
    if (isPackage) return;
    onResolve({ filter: /\/pkg\/|\/(elsewhere|reader-data|keeping|in-worker)\.js$/ }, ({ path: named, resolveDir, kind }) => {
      const file = fromThere(path.resolve(resolveDir, named));
      return kind === 'entry-point' ? undefined : { path: `./${file}`, external: true };
    });
  },
});

/** Loads each view together with its group; the first ones are in the element's own file. @type {import('esbuild').Plugin} */
const groups = {
  name: 'groups',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^\.\/[\w-]+\.js$/ }, ({ path: named, kind, importer }) => {
      if (kind !== 'dynamic-import' || importer !== path.join(www, 'views/registry.js')) return undefined;
      const view = path.basename(named, '.js');
      const group = Object.entries(GROUPS).find(([, views]) => views.includes(view))?.[0];
      if (group === 'first') return { path: path.join(www, ELEMENT) };
      return group ? { path: group, namespace: 'group' } : { errors: [{ text: `${view}.js is in none of the GROUPS of build/site.mjs` }] };
    });
    onLoad({ filter: /.*/, namespace: 'group' }, ({ path: group }) => ({
      contents: withElement + GROUPS[group].map((view) => `export * from './${view}.js';`).join('\n'),
      resolveDir: path.join(www, 'views'),
    }));
  },
};

/**
 * Makes the element fetch its bundled style sheet. In the package the texts of all its style sheets are part of the script.
 *
 * @type {import('esbuild').Plugin}
 */
const oneStyle = {
  name: 'one style',
  setup({ onLoad }) {
    onLoad({ filter: /\/ui\/style-files\.js$/ }, () => ({ contents: `export const FILES = ['../${ELEMENT_STYLE}'];` }));
    if (!isPackage) return;
    onLoad({ filter: /\/ui\/style-text\.js$/ }, async () => {
      const texts = (await bundleStyles()).map(({ path: file, text }) => [`../${path.relative(site, file)}`, text]);
      return { contents: `const TEXTS = ${JSON.stringify(Object.fromEntries(texts))}; export const textOf = async (file) => TEXTS[file];` };
    });
  },
};

/**
 * @param {string[]} entryPoints
 * @param {import('esbuild').Plugin[]} plugins
 * @returns {Promise<import('esbuild').Metafile['outputs']>} The files that they may load, by their paths in the site.
 */
async function split(entryPoints, plugins) {
  const { metafile } = await build({ ...SMALL, entryPoints, splitting: true, chunkNames: '[name]-[hash]', metafile: true, plugins });
  const inSite = (/** @type {string} */ file) => path.relative(site, path.resolve(www, file));
  return Object.fromEntries(
    Object.entries(metafile.outputs).map(([file, { imports, ...rest }]) => [
      inSite(file),
      { ...rest, imports: imports.map((one) => ({ ...one, path: one.external ? one.path : inSite(one.path) })) },
    ]),
  );
}

/** Bundles the style sheets of the element and, unless it is for the package, of the pages; in the package they are no files. */
async function bundleStyles() {
  const { FILES } = await import(pathToFileURL(path.join(www, STYLE_FILES)).href);
  const contents = FILES.map((/** @type {string} */ file) => `@import '${file}';`).join('\n');
  const stdin = { contents, loader: /** @type {const} */ ('css'), resolveDir: path.join(www, 'ui') };
  const element = await build({ ...SMALL, outdir: undefined, outfile: path.join(site, ELEMENT_STYLE), stdin, write: !isPackage });
  const others = await build({ ...SMALL, entryPoints: isPackage ? PART_STYLES : [...PAGE_STYLES, ...PART_STYLES], write: !isPackage });
  return [...(element.outputFiles ?? []), ...(others.outputFiles ?? [])];
}

/** The JavaScript of the library's builds. A folder whose name begins with a dot is still being written. */
async function libraries() {
  const builds = await readdir(path.join(www, 'pkg'));
  return builds.filter((build) => !build.startsWith('.')).map((build) => `pkg/${build}/polytask.js`);
}

/** Makes a script of the site smaller than esbuild leaves it: 4 % after compression. @param {string} file */
async function compress(file) {
  const script = path.join(site, file);
  const { code } = await minify(await readFile(script, 'utf8'), { module: true, ecma: 2020, compress: { passes: 3 } });
  if (code === undefined) throw new Error(`terser left nothing of ${file}`);
  await writeFile(script, code);
}

/**
 * Makes a page preload all files that its scripts import, and those that contain the modules in its own preload links.
 *
 * @param {string} html
 * @param {Awaited<ReturnType<typeof split>>} outputs
 */
function withPreloads(html, outputs) {
  // A module that only exports what others do is no output's input, but the entry point of one.
  const holding = (/** @type {string} */ source) =>
    Object.keys(outputs).filter((file) => source in outputs[file].inputs || outputs[file].entryPoint === source);
  const wanted = new Set();
  const want = (/** @type {string} */ file) => {
    if (wanted.has(file)) return;
    wanted.add(file);
    for (const { path: imported, kind } of outputs[file].imports) if (kind === 'import-statement' && imported in outputs) want(imported);
  };
  const preload = /<link rel="modulepreload" href="(.*?)">\n/g;
  const scripts = Array.from(html.matchAll(/<script type="module" src="(.*?)"/g), ([, script]) => script);
  for (const script of scripts) want(script);
  for (const [, source] of html.matchAll(preload)) {
    const files = holding(source);
    if (files.length === 0) throw new Error(`a page preloads ${source}, which none of its scripts imports`);
    files.forEach(want);
  }
  const links = [...wanted].filter((file) => !scripts.includes(file)).map((file) => `<link rel="modulepreload" href="${file}">\n`);
  if (html.includes(`href="${ELEMENT}"`)) links.push(`<link rel="preload" href="${ELEMENT_STYLE}" as="fetch" crossorigin>\n`);
  // After the scripts, which run as soon as what they import is there: a host with HTTP/1.1 sends six files at a time.
  return html.replace(preload, '').replace(/(?:^<script type="module".*\n)+/m, `$&${links.join('')}`);
}

/** Removes the white space before each line and comments, except in `<pre>`. @param {string} html */
function withoutIndents(html) {
  const parts = html.split(/(<pre[^]*?<\/pre>)/);
  return parts.map((part) => (part.startsWith('<pre') ? part : part.replace(/<!--[^]*?-->/g, '').replace(/^\s+/gm, ''))).join('');
}

const outputs = await split(PAGE_SCRIPTS, [oneStyle, groups, addresses('.', true)]);
const ofModel = await split([MODEL_SCRIPT], [addresses('.')]);
for (const script of LONE_SCRIPTS) await build({ ...SMALL, entryPoints: [script], plugins: [addresses(path.dirname(script))] });
const glue = isPackage ? [] : await libraries();
for (const script of glue) await build({ ...SMALL, bundle: false, entryPoints: [script] });
for (const script of new Set([...Object.keys({ ...outputs, ...ofModel }), ...LONE_SCRIPTS, ...glue])) await compress(script);
if (!isPackage) await bundleStyles();
await copyFile(path.join(www, CLASSIC_SCRIPT), path.join(site, CLASSIC_SCRIPT));
for (const page of isPackage ? [] : (await readdir(www)).filter((file) => file.endsWith('.html'))) {
  const html = withPreloads(await readFile(path.join(www, page), 'utf8'), outputs);
  await writeFile(path.join(site, page), withoutIndents(html));
}
