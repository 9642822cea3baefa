// LSTM forward, one time step a dispatch: for units so many that one workgroup can't feed U fast enough.
// The same product, order of sums and cell as lstm_forward; h_{t-1} and c_{t-1} come from the buffers.
//
// shapes      as lstm_forward with KEEP_SEQUENCE; hidden [E, B, T, HIDDEN_STRIDE] | cell [E, B, T, H] | gates [E, B, T, H] vec4
//             without KEEP_GATES cell is [E, B, H], carried from step to step
// dispatch    (ceil(H / 4 / 64), ceil(B / 4), E) for each t, workgroup 64; a thread owns 4 units x 4 rows
override UNITS: u32;
override HIDDEN_STRIDE: u32;     // floats between rows of h: UNITS rounded up to whole vec4s
override PARAMETER_STRIDE: u32;  // vec4s per member
override PARAMETER_OFFSET: u32;  // vec4s before this layer's kernel
override KEEP_GATES: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> time: Time;
@group(0) @binding(2) var<storage, read> windows: array<vec2u>;
@group(0) @binding(3) var<storage, read> input: array<f32>;
@group(0) @binding(4) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> hidden: array<f32>;
@group(0) @binding(6) var<storage, read_write> cell: array<f32>;
@group(0) @binding(7) var<storage, read_write> gates: array<vec4f>;

const ROWS = 4u;
const COLUMNS = 4u;  // units per thread

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.y * ROWS;
  let unit0 = id.x * COLUMNS;
  if row0 >= step.count || unit0 >= UNITS { return; }
  let t = time.t;
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  let recurrent = weights + FEATURES * UNITS;
  let bias = recurrent + UNITS * UNITS;
  let u = min(vec4u(unit0, unit0 + 1u, unit0 + 2u, unit0 + 3u), vec4u(UNITS - 1u));

  var z = input_product(member, row0, t, weights, UNITS, u);
  if t > 0u {
    let h0 = hidden_row(member, row0, t - 1u);
    let h1 = hidden_row(member, row0 + 1u, t - 1u);
    let h2 = hidden_row(member, row0 + 2u, t - 1u);
    let h3 = hidden_row(member, row0 + 3u, t - 1u);
    for (var k = 0u; k < UNITS; k += 4u) {
      let h = mat4x4f(hidden_four(h0, k), hidden_four(h1, k), hidden_four(h2, k), hidden_four(h3, k));
      let rows = recurrent + min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(UNITS - 1u)) * UNITS;
      z = add_product(z, rows, u, h);
    }
  }
  advance(member, row0, t, unit0, parameters[bias + u.x], z.z0);
  advance(member, row0, t, unit0 + 1u, parameters[bias + u.y], z.z1);
  advance(member, row0, t, unit0 + 2u, parameters[bias + u.z], z.z2);
  advance(member, row0, t, unit0 + 3u, parameters[bias + u.w], z.z3);
}

// Index of h_t of a row; rows past the batch read a valid one and are never written.
fn hidden_row(member: u32, row: u32, t: u32) -> u32 {
  return ((member * BATCH + min(row, BATCH - 1u)) * STEPS + t) * HIDDEN_STRIDE;
}

// h[k .. k + 3], zeros past UNITS.
fn hidden_four(row: u32, k: u32) -> vec4f {
  let h = vec4f(hidden[row + k], hidden[row + k + 1u], hidden[row + k + 2u], hidden[row + k + 3u]);
  return select(vec4f(0.0), h, vec4u(k, k + 1u, k + 2u, k + 3u) < vec4u(UNITS));
}

// Cell update of one unit for the four rows, from z with a column per row.
fn advance(member: u32, row0: u32, t: u32, unit: u32, bias: vec4f, z: mat4x4f) {
  if unit >= UNITS { return; }
  let rows = vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u);
  let sample = member * BATCH + min(rows, vec4u(step.count - 1u));
  let at = (sample * STEPS + t) * UNITS + unit;
  let carried = select(sample * UNITS + unit, at, vec4<bool>(KEEP_GATES));
  let before = carried - select(0u, UNITS, KEEP_GATES && t > 0u);
  let c_before = vec4f(cell[before.x], cell[before.y], cell[before.z], cell[before.w]);
  let c_prev = select(vec4f(0.0), c_before, vec4<bool>(t > 0u));
  let state = cell_forward(transpose(z + mat4x4f(bias, bias, bias, bias)), c_prev);
  let by_row = transpose(state.gates);
  for (var r = 0u; r < ROWS; r++) {
    if rows[r] < step.count {
      if KEEP_GATES { gates[at[r]] = by_row[r]; }
      cell[carried[r]] = state.c[r];
      hidden[(sample[r] * STEPS + t) * HIDDEN_STRIDE + unit] = state.h[r];
    }
  }
}
