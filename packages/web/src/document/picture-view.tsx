/** A picture, and the words that were read out of it. */
import { useEffect } from "preact/hooks";
import { useLoaded } from "../ui/loaded.ts";
import { fileName, shownName } from "../ui/shown.ts";
import { documentBlob } from "./document-client.ts";
import type { ViewProps } from "./view-props.ts";
import { LinesView } from "./lines/lines-view.tsx";

/** What browsers draw, without SVG: that may hold a program. */
const types: Readonly<Record<string, string>> = {
  avif: "image/avif",
  bmp: "image/bmp",
  gif: "image/gif",
  jpeg: "image/jpeg",
  jpg: "image/jpeg",
  png: "image/png",
  webp: "image/webp",
};

export function PictureView(props: ViewProps) {
  const { path } = props.place;
  const type = types[path.split(".").at(-1)!.toLowerCase()];
  return (
    <>
      {type !== undefined && <Picture {...props} type={type} />}
      <LinesView {...props} />
    </>
  );
}

function Picture({ place, type }: ViewProps & { readonly type: string }) {
  const loaded = useLoaded(place.path, async (signal) => URL.createObjectURL(await documentBlob(place, type, signal)));
  useEffect(
    () => () => {
      if (loaded.value.state === "done") URL.revokeObjectURL(loaded.value.value);
    },
    [],
  );
  if (loaded.value.state !== "done") return null;
  return <img class="picture" src={loaded.value.value} alt={shownName(fileName(place.path))} />;
}
