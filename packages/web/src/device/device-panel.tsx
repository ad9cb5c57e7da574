/** The panel at `#/device`: what computes here, how much, and whether the GPU is worth it. */
import { useEffect } from "preact/hooks";
import { Failure } from "../ui/failure.tsx";
import { shownBytes } from "../ui/quantities.ts";
import { device, deviceFailure, followDevice } from "./device-client.ts";
import { LiveLoad } from "./live-load.tsx";
import { Measured } from "./measured.tsx";
import { ModelDetails } from "./model-details.tsx";

export function DevicePanel() {
  useEffect(() => {
    document.title = "Device – ferris";
    const gone = new AbortController();
    void followDevice(gone.signal);
    return () => gone.abort();
  }, []);
  const held = device.value;
  return (
    <div class="device">
      <h1>Device</h1>
      {deviceFailure.value !== null && <Failure message={deviceFailure.value} />}
      {held === null && deviceFailure.value === null && <p class="loading">Loading…</p>}
      {held !== null && (
        <>
          <p class="soft">
            {held.machine.processor}, {held.machine.cores} cores, {shownBytes(held.machine.memoryBytes)} of memory,{" "}
            {held.machine.platform}, Node {held.machine.node}
          </p>
          <LiveLoad />
          <Measured />
          {held.models.map((model) => (
            <ModelDetails key={`${model.kind} ${model.id}`} {...model} />
          ))}
        </>
      )}
    </div>
  );
}
