/** Which part of the map is on the screen: moved, zoomed, and from places of the map to pixels and back. */

const least = 0.7;
const most = 60;
/** How far from the middle the map's middle may be taken, in radii of the map. */
const farthest = 1.3;

export class Viewport {
  /** CSS pixels. */
  width = 1;
  height = 1;
  /** 1: all of it is on the screen. */
  zoom = 1;
  /** The place of the map in the middle of the screen. */
  x = 0;
  y = 0;

  /** Pixels for one radius of the map. */
  get scale(): number {
    return (Math.min(this.width, this.height) / 2.25) * this.zoom;
  }

  toScreenX(x: number): number {
    return this.width / 2 + (x - this.x) * this.scale;
  }

  toScreenY(y: number): number {
    return this.height / 2 + (y - this.y) * this.scale;
  }

  toMapX(pixel: number): number {
    return this.x + (pixel - this.width / 2) / this.scale;
  }

  toMapY(pixel: number): number {
    return this.y + (pixel - this.height / 2) / this.scale;
  }

  /** By pixels, as a hand pushes it. */
  pan(dx: number, dy: number): void {
    this.x = clamped(this.x - dx / this.scale, -farthest, farthest);
    this.y = clamped(this.y - dy / this.scale, -farthest, farthest);
  }

  /** What is under the pixel stays there. */
  zoomAt(pixelX: number, pixelY: number, factor: number): void {
    const [x, y] = [this.toMapX(pixelX), this.toMapY(pixelY)];
    this.zoom = clamped(this.zoom * factor, least, most);
    this.x += x - this.toMapX(pixelX);
    this.y += y - this.toMapY(pixelY);
    this.pan(0, 0);
  }

  goTo(x: number, y: number, zoom: number): void {
    Object.assign(this, { x, y, zoom: clamped(zoom, least, most) });
  }

  reset(): void {
    this.goTo(0, 0, 1);
  }
}

function clamped(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
