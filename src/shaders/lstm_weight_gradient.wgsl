// Gradient of an LSTM's weights as one product over all rows n = (b, t):
//
//   d[W; U; b] = sum_n [x_n | h_{n-1} | 1]^T . dz_n
//
// Split-K: the rows are cut into `splits` equal chunks and each chunk's sum goes to its own part of gradient_parts;
// the optimizer adds the parts in order. Chunks depend on B, T, D, H alone, so sums are the same for every E and adapter.
// A thread owns 8 rows of [W; U; b] x 2 units (8 columns).
//
// shapes      input as in lib/input.wgsl | hidden [E, B, T, ceil(H / 4)] vec4 | dz [E, B, T, H] vec4 of gates
//             gradient_parts [splits, E, PARAMETER_STRIDE] vec4; rows D of W, H of U, then the bias, H vec4s each
// dispatch    (ceil(tiles / 64), splits, E), workgroup 64; tiles = (ceil((D + 1) / 8) + ceil(H / 8)) * ceil(H / 2)
override UNITS: u32;
override CHUNK: u32;             // rows n per split
override MEMBERS: u32;
override PARAMETER_STRIDE: u32;  // vec4s per member
override PARAMETER_OFFSET: u32;  // vec4s before this layer's kernel
override HAS_BIAS: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> hidden: array<vec4f>;
@group(0) @binding(4) var<storage, read> dz: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> gradient_parts: array<vec4f>;

const ROWS = 8u;
const COLUMNS = 2u;  // units per thread

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let split = id.y;
  let column_tiles = (UNITS + COLUMNS - 1u) / COLUMNS;
  let input_tiles = (FEATURES + ROWS) / ROWS;  // one row more than FEATURES: the bias sees a constant 1
  let hidden_tiles = (UNITS + ROWS - 1u) / ROWS;
  let row_tile = id.x / column_tiles;
  let unit0 = (id.x % column_tiles) * COLUMNS;
  let unit1 = min(unit0 + 1u, UNITS - 1u);
  if row_tile >= input_tiles + hidden_tiles { return; }
  let is_hidden = row_tile >= input_tiles;
  let row0 = select(row_tile, row_tile - input_tiles, is_hidden) * ROWS;
  let hidden_stride = (UNITS + 3u) / 4u;
  let h0 = row0 / 4u;
  let h1 = min(h0 + 1u, hidden_stride - 1u);

  // m<half><unit>: four rows of [W; U; b] as columns, the gates of the unit as components
  var m00 = mat4x4f();
  var m01 = mat4x4f();
  var m10 = mat4x4f();
  var m11 = mat4x4f();
  let first = split * CHUNK;
  let last = min(first + CHUNK, step.count * STEPS);
  let base = member * BATCH * STEPS;
  // Four rows n at a time are one matrix product. Rows past `last` repeat a row with a factor of 0.
  for (var n = first; n < last; n += 4u) {
    let rows = vec4u(n, n + 1u, n + 2u, n + 3u);
    let at = (base + min(rows, vec4u(last - 1u))) * UNITS;
    let y = mat4x4f(dz[at.x + unit0], dz[at.y + unit0], dz[at.z + unit0], dz[at.w + unit0]);
    let z = mat4x4f(dz[at.x + unit1], dz[at.y + unit1], dz[at.z + unit1], dz[at.w + unit1]);
    var a: mat4x4f;
    var c: mat4x4f;
    if is_hidden {
      // h of the step before; zero at a window's first step
      let h = (base + clamp(rows, vec4u(1u), vec4u(last)) - 1u) * hidden_stride;
      let factor = select(vec4f(0.0), vec4f(1.0), (rows < vec4u(last)) & ((rows % STEPS) != vec4u(0u)));
      a = mat4x4f(hidden[h.x + h0] * factor.x, hidden[h.y + h0] * factor.y, hidden[h.z + h0] * factor.z, hidden[h.w + h0] * factor.w);
      c = mat4x4f(hidden[h.x + h1] * factor.x, hidden[h.y + h1] * factor.y, hidden[h.z + h1] * factor.z, hidden[h.w + h1] * factor.w);
    } else {
      let x = input_rows(member, min(rows, vec4u(last - 1u)));
      let factor = select(vec4f(0.0), vec4f(1.0), rows < vec4u(last));
      a = mat4x4f(augmented_four(x.x, row0) * factor.x, augmented_four(x.y, row0) * factor.y, augmented_four(x.z, row0) * factor.z, augmented_four(x.w, row0) * factor.w);
      c = mat4x4f(augmented_four(x.x, row0 + 4u) * factor.x, augmented_four(x.y, row0 + 4u) * factor.y, augmented_four(x.z, row0 + 4u) * factor.z, augmented_four(x.w, row0 + 4u) * factor.w);
    }
    let at_rows = transpose(a);
    let ct_rows = transpose(c);
    m00 += y * at_rows;
    m01 += z * at_rows;
    m10 += y * ct_rows;
    m11 += z * ct_rows;
  }

  let part = (split * MEMBERS + member) * PARAMETER_STRIDE + PARAMETER_OFFSET;
  for (var r = 0u; r < 4u; r++) {
    write_row(part, is_hidden, row0 + r, unit0, m00[r], m01[r]);
    write_row(part, is_hidden, row0 + 4u + r, unit0, m10[r], m11[r]);
  }
}

fn input_rows(member: u32, n: vec4u) -> vec4u {
  let b = n / STEPS;
  let t = n % STEPS;
  return vec4u(input_row(member, b.x, t.x), input_row(member, b.y, t.y), input_row(member, b.z, t.z), input_row(member, b.w, t.w));
}

// x[n, k .. k + 3], 1 in the place of the bias, zeros past it.
fn augmented_four(row: u32, k: u32) -> vec4f {
  return select(input_four(row, k), vec4f(1.0), vec4u(k, k + 1u, k + 2u, k + 3u) == vec4u(FEATURES));
}

fn write_row(part: u32, is_hidden: bool, k: u32, unit: u32, d: vec4f, e: vec4f) {
  var row = k;
  if is_hidden {
    if k >= UNITS { return; }
    row = FEATURES + k;
  } else if k == FEATURES && HAS_BIAS {
    row = FEATURES + UNITS;
  } else if k >= FEATURES {
    return;
  }
  let at = part + row * UNITS + unit;
  gradient_parts[at] = d;
  if unit + 1u < UNITS { gradient_parts[at + 1u] = e; }
}
