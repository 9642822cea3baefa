// Gradient of a layer's weights as one product over all rows n = (b, t), for LSTM and Dense alike:
//
//   d[W; U; b] = sum_n [x_n | h_{n-1} | 1]^T . dz_n        (Dense has no h part: UNITS = 0)
//
// Split-K: the rows are cut into `splits` equal chunks and each chunk's sum goes to its own part of gradient_parts;
// the optimizer adds the parts in order. Chunks depend on B, T, D, H alone, so sums are the same for every E and adapter.
// A thread owns 8 rows of [W; U; b] x 8 columns.
//
// shapes      input as in lib/input.wgsl | hidden [E, B, T, H] | output_gradient dz [E, B, T, COLUMNS]
//             gradient_parts [splits, E, PARAMETER_STRIDE]; rows D of W, H of U, then the bias, COLUMNS floats each
// dispatch    (ceil(tiles / 64), splits, E), workgroup 64; tiles = (ceil((D + 1) / 8) + ceil(H / 8)) * ceil(COLUMNS / 8)
override UNITS: u32;             // H, or 0 for a layer without recurrence
override COLUMNS: u32;           // 4H, or the units of Dense
override CHUNK: u32;             // rows n per split
override MEMBERS: u32;
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's kernel
override HAS_BIAS: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> hidden: array<f32>;
@group(0) @binding(4) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> gradient_parts: array<f32>;

const TILE = 8u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let split = id.y;
  let column_tiles = (COLUMNS + TILE - 1u) / TILE;
  let input_tiles = (FEATURES + TILE) / TILE;  // one row more than FEATURES: the bias sees a constant 1
  let hidden_tiles = (UNITS + TILE - 1u) / TILE;
  let row_tile = id.x / column_tiles;
  let column0 = (id.x % column_tiles) * TILE;
  if row_tile >= input_tiles + hidden_tiles { return; }
  let is_hidden = row_tile >= input_tiles;
  let row0 = select(row_tile, row_tile - input_tiles, is_hidden) * TILE;

  // d<row> and e<row>: columns 0..3 and 4..7
  var d0 = vec4f(0.0); var d1 = vec4f(0.0); var d2 = vec4f(0.0); var d3 = vec4f(0.0);
  var d4 = vec4f(0.0); var d5 = vec4f(0.0); var d6 = vec4f(0.0); var d7 = vec4f(0.0);
  var e0 = vec4f(0.0); var e1 = vec4f(0.0); var e2 = vec4f(0.0); var e3 = vec4f(0.0);
  var e4 = vec4f(0.0); var e5 = vec4f(0.0); var e6 = vec4f(0.0); var e7 = vec4f(0.0);

  let first = split * CHUNK;
  let last = min(first + CHUNK, step.count * STEPS);
  var b = first / STEPS;
  var t = first % STEPS;
  for (var n = first; n < last; n++) {
    var a: vec4f;
    var c: vec4f;
    if is_hidden {
      if t > 0u {
        let h = (member * BATCH * STEPS + n - 1u) * UNITS;
        a = vec4f(hidden_at(h, row0), hidden_at(h, row0 + 1u), hidden_at(h, row0 + 2u), hidden_at(h, row0 + 3u));
        c = vec4f(hidden_at(h, row0 + 4u), hidden_at(h, row0 + 5u), hidden_at(h, row0 + 6u), hidden_at(h, row0 + 7u));
      } else {
        a = vec4f(0.0);
        c = vec4f(0.0);
      }
    } else {
      let x = input_row(member, b, t);
      a = vec4f(input_at(x, row0), input_at(x, row0 + 1u), input_at(x, row0 + 2u), input_at(x, row0 + 3u));
      c = vec4f(input_at(x, row0 + 4u), input_at(x, row0 + 5u), input_at(x, row0 + 6u), input_at(x, row0 + 7u));
    }
    let g = (member * BATCH * STEPS + n) * COLUMNS;
    let y = vec4f(gradient_at(g, column0), gradient_at(g, column0 + 1u), gradient_at(g, column0 + 2u), gradient_at(g, column0 + 3u));
    let z = vec4f(gradient_at(g, column0 + 4u), gradient_at(g, column0 + 5u), gradient_at(g, column0 + 6u), gradient_at(g, column0 + 7u));
    d0 += a.x * y; d1 += a.y * y; d2 += a.z * y; d3 += a.w * y;
    d4 += c.x * y; d5 += c.y * y; d6 += c.z * y; d7 += c.w * y;
    e0 += a.x * z; e1 += a.y * z; e2 += a.z * z; e3 += a.w * z;
    e4 += c.x * z; e5 += c.y * z; e6 += c.z * z; e7 += c.w * z;
    t++;
    if t == STEPS {
      t = 0u;
      b++;
    }
  }

  let part = (split * MEMBERS + member) * PARAMETER_STRIDE + PARAMETER_OFFSET;
  write_row(part, is_hidden, row0, column0, d0, e0);
  write_row(part, is_hidden, row0 + 1u, column0, d1, e1);
  write_row(part, is_hidden, row0 + 2u, column0, d2, e2);
  write_row(part, is_hidden, row0 + 3u, column0, d3, e3);
  write_row(part, is_hidden, row0 + 4u, column0, d4, e4);
  write_row(part, is_hidden, row0 + 5u, column0, d5, e5);
  write_row(part, is_hidden, row0 + 6u, column0, d6, e6);
  write_row(part, is_hidden, row0 + 7u, column0, d7, e7);
}

fn hidden_at(row: u32, k: u32) -> f32 {
  return hidden[row + min(k, max(UNITS, 1u) - 1u)];
}

fn input_at(row: u32, k: u32) -> f32 {
  if k == FEATURES { return 1.0; }
  return input[row + min(k, FEATURES - 1u)];
}

fn gradient_at(row: u32, column: u32) -> f32 {
  return output_gradient[row + min(column, COLUMNS - 1u)];
}

fn write_row(part: u32, is_hidden: bool, k: u32, column: u32, d: vec4f, e: vec4f) {
  var row = k;
  if is_hidden {
    if k >= UNITS { return; }
    row = FEATURES + k;
  } else if k == FEATURES && HAS_BIAS {
    row = FEATURES + UNITS;
  } else if k >= FEATURES {
    return;
  }
  let at = part + row * COLUMNS + column;
  for (var j = 0u; j < 4u; j++) {
    if column + j < COLUMNS { gradient_parts[at + j] = d[j]; }
    if column + 4u + j < COLUMNS { gradient_parts[at + 4u + j] = e[j]; }
  }
}
