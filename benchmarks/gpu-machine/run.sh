#!/bin/sh
# Unpacks the bundle that pack.mjs made and runs a script with its Node:  sh benchmarks/gpu-machine/run.sh benchmarks/gpu.mjs ARG…
# NVIDIA's Vulkan driver may need its ICD file named; the usual places are tried when VK_DRIVER_FILES is unset.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
home=${METAL_CANDLE_BUNDLE_HOME:-/tmp/metal-candle-bundle}
mkdir -p "$home"
for piece in "$here"/.bundle/*.tar.xz; do
  stamp=$home/.$(basename "$piece").$(wc -c <"$piece")
  [ -e "$stamp" ] || { tar -xJf "$piece" -C "$home"; touch "$stamp"; }
done
# The scripts import the built packages by relative path, as in the repository.
rm -rf "$home/benchmarks"; cp -r "$here/.." "$home/benchmarks"
if [ -z "${VK_DRIVER_FILES:-}" ]; then
  for icd in /usr/share/vulkan/icd.d/nvidia_icd.json /etc/vulkan/icd.d/nvidia_icd.json /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json; do
    [ -e "$icd" ] && { export VK_DRIVER_FILES="$icd"; break; }
  done
fi
# Keep Node's own libraries: only the loader's folder is added, at the end.
export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$home/lib"
export METAL_CANDLE_CACHE="${METAL_CANDLE_CACHE:-$home/cache}"
cd "$home"
exec "$home/bin/node" --expose-gc "$@"
