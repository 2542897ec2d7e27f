// zip.js, without workers of its own: a page's policy may refuse them.

export async function zipLibrary() {
  const zip = await import('../../vendor/zip.js');
  zip.configure({ useWebWorkers: false });
  return zip;
}
