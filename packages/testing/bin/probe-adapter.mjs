/**
 * Prints, as JSON, the adapter that Dawn finds with this environment: {"adapter": {...} | null} or {"error": "..."}.
 *
 * A process of its own, because the Vulkan loader reads LD_LIBRARY_PATH when a process starts, and because a driver that
 * crashes must not take the test runner with it. Plain JavaScript, so that it runs before anything is built.
 */
try {
  const { create } = await import("webgpu");
  const gpu = create([]);
  const adapter = await gpu.requestAdapter();
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {};
  const found = adapter && { vendor, architecture, device, description, isFallbackAdapter };
  process.stdout.write(JSON.stringify({ adapter: found ?? null }));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error ? error.message : String(error) }));
}
