// Draws blocks of numbers straight from the buffer that holds them: a weight matrix, cut by gate, from the model's parameters,
// or a gate by unit and time from what the kernels kept. It computes no LSTM arithmetic.
//
// Every pixel asks: which point of the drawing am I (pixelToWorld), which block holds that point, which cell of it, and
// what number is there? colour = ramp(clamp(value / scale, -1, 1)). Outside the cells the result is transparent.
//
// binding  what                                               layout
// 0        Frame: transform, 1 / scale, ramp                   uniform, 208 bytes (written by heatmap-renderer.ts)
// 1        Block[blockCount]: where each gate's slice lies     read-only storage, 40 bytes each
// 2        values [all weights of the model, or a kept trace]  read-only storage, f32
//
// Element (row, column) of a block is values[offset + row * rowStride + column * columnStride]: with gates
// interleaved as vec4(i, f, c, o) columnStride is 4 and offset carries the gate.

const RAMP_STOPS: u32 = 9;
// Below this cell size, in pixels, neighbouring cells touch; above it one pixel is left free between them.
const GAP_FROM_PIXELS: f32 = 7.0;

struct Frame {
  pixelToWorld: mat3x3f,
  inverseScale: f32,
  blockCount: u32,
  badRed: f32,
  badGreen: f32,
  ramp: array<vec4f, RAMP_STOPS>,
}

struct Block {
  origin: vec2f,
  cell: vec2f,
  columns: u32,
  rows: u32,
  offset: u32,
  rowStride: u32,
  columnStride: u32,
}

@group(0) @binding(0) var<uniform> frame: Frame;
@group(0) @binding(1) var<storage, read> blocks: array<Block>;
@group(0) @binding(2) var<storage, read> values: array<f32>;

// One triangle that covers the whole target; no vertex buffer.
@vertex
fn cover(@builtin(vertex_index) index: u32) -> @builtin(position) vec4f {
  let x = f32((index << 1u) & 2u);
  let y = f32(index & 2u);
  return vec4f(x * 2.0 - 1.0, 1.0 - y * 2.0, 0.0, 1.0);
}

fn ramp_colour(value: f32) -> vec4f {
  let position = (clamp(value * frame.inverseScale, -1.0, 1.0) + 1.0) * 0.5 * f32(RAMP_STOPS - 1u);
  let index = min(u32(position), RAMP_STOPS - 2u);
  return mix(frame.ramp[index], frame.ramp[index + 1u], position - f32(index));
}

@fragment
fn paint(@builtin(position) position: vec4f) -> @location(0) vec4f {
  let world = (frame.pixelToWorld * vec3f(position.xy, 1.0)).xy;
  let pixel = vec2f(abs(frame.pixelToWorld[0].x), abs(frame.pixelToWorld[1].y));
  for (var b = 0u; b < frame.blockCount; b++) {
    let block = blocks[b];
    let local = (world - block.origin) / block.cell;
    if (all(local >= vec2f(0.0)) && all(local < vec2f(f32(block.columns), f32(block.rows)))) {
      let cell_pixels = block.cell / pixel;
      let inside_pixels = fract(local) * cell_pixels;
      if (any((cell_pixels >= vec2f(GAP_FROM_PIXELS)) & (inside_pixels < vec2f(1.0)))) {
        return vec4f(0.0);
      }
      let row = min(u32(local.y), block.rows - 1u);
      let column = min(u32(local.x), block.columns - 1u);
      let value = values[block.offset + row * block.rowStride + column * block.columnStride];
      // NaN and infinity by their bits: comparisons and clamp would swallow them.
      if ((bitcast<u32>(value) & 0x7f800000u) == 0x7f800000u) {
        return vec4f(frame.badRed, frame.badGreen, 1.0, 1.0);
      }
      return ramp_colour(value);
    }
  }
  return vec4f(0.0);
}
