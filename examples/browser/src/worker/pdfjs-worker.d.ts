/** What pdf.js ships without types: importing it registers its worker in this thread. */
declare module "pdfjs-dist/legacy/build/pdf.worker.mjs";
