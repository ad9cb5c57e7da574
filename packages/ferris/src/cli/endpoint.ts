/** The language model that the settings name. */
import type { EndpointSettings } from "../answer/endpoint.ts";
import type { Session } from "./session.ts";

export function endpointOf({ settings: { values } }: Session): EndpointSettings {
  const { llmBaseUrl, llmModel, llmApiKey, llmTemperature, llmTimeout } = values;
  return {
    baseUrl: llmBaseUrl,
    model: llmModel,
    apiKey: llmApiKey,
    temperature: llmTemperature,
    timeout: llmTimeout,
  };
}
