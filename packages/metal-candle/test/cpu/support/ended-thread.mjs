/** A thread that stands in for onnxruntime's, and ends before it has said anything. */
process.exit(3);
