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
  let u = min(vec4u(unit0, unit0 + 1u, unit0 + 2u, unit0 + 3u), vec4u(UNITS - 1u));
  var w = member * PARAMETER_STRIDE + PARAMETER_OFFSET;

  // z<row><unit>
  var z00 = vec4f(0.0); var z01 = vec4f(0.0); var z02 = vec4f(0.0); var z03 = vec4f(0.0);
  var z10 = vec4f(0.0); var z11 = vec4f(0.0); var z12 = vec4f(0.0); var z13 = vec4f(0.0);
  var z20 = vec4f(0.0); var z21 = vec4f(0.0); var z22 = vec4f(0.0); var z23 = vec4f(0.0);
  var z30 = vec4f(0.0); var z31 = vec4f(0.0); var z32 = vec4f(0.0); var z33 = vec4f(0.0);
  let x0 = input_row(member, row0, t);
  let x1 = input_row(member, row0 + 1u, t);
  let x2 = input_row(member, row0 + 2u, t);
  let x3 = input_row(member, row0 + 3u, t);
  let h0 = hidden_row(member, row0, t);
  let h1 = hidden_row(member, row0 + 1u, t);
  let h2 = hidden_row(member, row0 + 2u, t);
  let h3 = hidden_row(member, row0 + 3u, t);
  let rows = FEATURES + select(UNITS, 0u, t == 0u);
  for (var k = 0u; k < rows; k++) {
    let w0 = parameters[w + u.x];
    let w1 = parameters[w + u.y];
    let w2 = parameters[w + u.z];
    let w3 = parameters[w + u.w];
    var a: vec4f;
    if k < FEATURES {
      a = vec4f(input[x0 + k], input[x1 + k], input[x2 + k], input[x3 + k]);
    } else {
      let j = k - FEATURES;
      a = vec4f(hidden[h0 + j], hidden[h1 + j], hidden[h2 + j], hidden[h3 + j]);
    }
    z00 += a.x * w0; z01 += a.x * w1; z02 += a.x * w2; z03 += a.x * w3;
    z10 += a.y * w0; z11 += a.y * w1; z12 += a.y * w2; z13 += a.y * w3;
    z20 += a.z * w0; z21 += a.z * w1; z22 += a.z * w2; z23 += a.z * w3;
    z30 += a.w * w0; z31 += a.w * w1; z32 += a.w * w2; z33 += a.w * w3;
    w += UNITS;
  }
  let bias = member * PARAMETER_STRIDE + PARAMETER_OFFSET + (FEATURES + UNITS) * UNITS;
  advance(member, row0, t, unit0, parameters[bias + u.x], z00, z10, z20, z30);
  advance(member, row0, t, unit0 + 1u, parameters[bias + u.y], z01, z11, z21, z31);
  advance(member, row0, t, unit0 + 2u, parameters[bias + u.z], z02, z12, z22, z32);
  advance(member, row0, t, unit0 + 3u, parameters[bias + u.w], z03, z13, z23, z33);
}

// Index of h_{t-1} of a row; at t = 0 it is not read.
fn hidden_row(member: u32, row: u32, t: u32) -> u32 {
  return ((member * BATCH + min(row, BATCH - 1u)) * STEPS + max(t, 1u) - 1u) * HIDDEN_STRIDE;
}

fn advance(member: u32, row0: u32, t: u32, unit: u32, bias: vec4f, z0: vec4f, z1: vec4f, z2: vec4f, z3: vec4f) {
  if unit >= UNITS { return; }
  advance_row(member, row0, t, unit, z0 + bias);
  advance_row(member, row0 + 1u, t, unit, z1 + bias);
  advance_row(member, row0 + 2u, t, unit, z2 + bias);
  advance_row(member, row0 + 3u, t, unit, z3 + bias);
}

fn advance_row(member: u32, row: u32, t: u32, unit: u32, z: vec4f) {
  if row >= step.count { return; }
  let at = ((member * BATCH + row) * STEPS + t) * UNITS + unit;
  let carried = select((member * BATCH + row) * UNITS + unit, at, KEEP_GATES);
  var c_prev = 0.0;
  if t > 0u { c_prev = cell[carried - select(0u, UNITS, KEEP_GATES)]; }
  let g = cell_gates(z);
  let c = cell_state(g, c_prev);
  if KEEP_GATES { gates[at] = g; }
  cell[carried] = c;
  hidden[((member * BATCH + row) * STEPS + t) * HIDDEN_STRIDE + unit] = cell_output(g, c);
}
