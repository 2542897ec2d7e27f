// What the page uses of zip.js: see copy_vendor in build.sh.

export { BlobReader, configure, ZipReader, ZipWriter } from '@zip.js/zip.js/lib/zip-core-custom.js';
