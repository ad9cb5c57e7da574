/** What pdf.js ships without types. Importing its worker registers it in this thread. */
declare module "pdfjs-dist/legacy/build/pdf.worker.min.mjs";
declare module "pdfjs-dist/legacy/build/pdf.min.mjs";
