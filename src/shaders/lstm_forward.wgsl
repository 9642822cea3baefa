// LSTM forward, persistent: the whole recurrence over STEPS in one dispatch.
//
//   z_t = x_t . W + h_{t-1} . U + b      one fused product [x_t, h_{t-1}, 1] . [W; U; b], columns i | f | c | o
//   gates = (sigma_r(z_i), sigma_r(z_f), phi(z_c), sigma_r(z_o));  c_t = f * c_{t-1} + i * candidate;  h_t = o * phi(c_t)
//
// Rows of a batch are independent, so a workgroup owns 4 rows and loops over time with a barrier a step: h lives in
// workgroup memory (two halves, so that one barrier is enough), c in registers. A thread owns 4 units x 4 rows: one
// mat4x4 of z a unit, columns = rows of the batch, components = gates. Four k at a time are one matrix product.
//
// shapes      windows [E, windows] (start row, target row) | input series [N, D] or [E, B, T, D]
//             parameters per member: rows 0..D-1 kernel, D..D+H-1 recurrent_kernel, then bias; element (row, unit) = vec4 of gates
//             hidden [E, B, T, HIDDEN_STRIDE] (KEEP_SEQUENCE) or [E, B, HIDDEN_STRIDE] | cell [E, B, T, H] | gates [E, B, T, H] vec4
// dispatch    (ceil(B / 4), 1, E), workgroup ceil(H / 4)
// Sum order   x by fours of k, then h by fours of k, then the bias: fixed by D and H alone.
override UNITS: u32;
override HIDDEN_STRIDE: u32;     // floats between rows of h: UNITS rounded up to whole vec4s
override THREADS: u32;
override PARAMETER_STRIDE: u32;  // vec4s per member
override PARAMETER_OFFSET: u32;  // vec4s before this layer's kernel
override KEEP_SEQUENCE: bool;    // write h of every step, not only the last
override KEEP_GATES: bool;       // write gates and c of every step: for backward and for traces

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> hidden: array<f32>;
@group(0) @binding(5) var<storage, read_write> cell: array<f32>;
@group(0) @binding(6) var<storage, read_write> gates: array<vec4f>;

const ROWS = 4u;
const COLUMNS = 4u;  // units per thread

// h of the workgroup's rows: [half][row][k / 4], zeros past UNITS
var<workgroup> h_tile: array<vec4f, 2u * HIDDEN_STRIDE>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let member = group.z;
  let row0 = group.x * ROWS;
  if row0 >= step.count { return; }
  let unit0 = thread * COLUMNS;
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  let recurrent = weights + FEATURES * UNITS;
  let bias = recurrent + UNITS * UNITS;
  // A thread past the last unit repeats the last one; what it computes is not written.
  let u = min(vec4u(unit0, unit0 + 1u, unit0 + 2u, unit0 + 3u), vec4u(UNITS - 1u));
  let fours = HIDDEN_STRIDE / 4u;

  for (var r = 0u; r < ROWS; r++) { h_tile[r * fours + thread] = vec4f(0.0); }
  workgroupBarrier();

  // c[unit] over the rows
  var c = mat4x4f();
  var half = 0u;
  for (var t = 0u; t < STEPS; t++) {
    var z = input_product(member, row0, t, weights, UNITS, u);
    let tile = half * HIDDEN_STRIDE;
    for (var k = 0u; k < fours; k++) {
      let h = mat4x4f(h_tile[tile + k], h_tile[tile + fours + k], h_tile[tile + 2u * fours + k], h_tile[tile + 3u * fours + k]);
      let rows = recurrent + min(vec4u(4u * k, 4u * k + 1u, 4u * k + 2u, 4u * k + 3u), vec4u(UNITS - 1u)) * UNITS;
      z = add_product(z, rows, u, h);
    }

    half = 1u - half;
    let s0 = advance(member, row0, t, unit0, parameters[bias + u.x], c[0], z.z0);
    let s1 = advance(member, row0, t, unit0 + 1u, parameters[bias + u.y], c[1], z.z1);
    let s2 = advance(member, row0, t, unit0 + 2u, parameters[bias + u.z], c[2], z.z2);
    let s3 = advance(member, row0, t, unit0 + 3u, parameters[bias + u.w], c[3], z.z3);
    c = mat4x4f(s0.c, s1.c, s2.c, s3.c);
    let h = transpose(mat4x4f(s0.h, s1.h, s2.h, s3.h));  // from [unit][row] to [row][unit]
    for (var r = 0u; r < ROWS; r++) { h_tile[half * HIDDEN_STRIDE + r * fours + thread] = h[r]; }
    workgroupBarrier();
  }
}

// Cell update of one unit for the four rows, from z with a column per row; keeps what is to be kept.
fn advance(member: u32, row0: u32, t: u32, unit: u32, bias: vec4f, c_prev: vec4f, z: mat4x4f) -> CellState {
  let state = cell_forward(transpose(z + mat4x4f(bias, bias, bias, bias)), c_prev);
  if unit >= UNITS { return CellState(mat4x4f(), vec4f(0.0), vec4f(0.0)); }
  let by_row = transpose(state.gates);
  for (var r = 0u; r < ROWS; r++) { keep(member, row0 + r, t, unit, by_row[r], state.c[r], state.h[r]); }
  return state;
}

fn keep(member: u32, row: u32, t: u32, unit: u32, g: vec4f, c: f32, h: f32) {
  if row >= step.count { return; }
  let sample = member * BATCH + row;
  if KEEP_GATES {
    let at = (sample * STEPS + t) * UNITS + unit;
    gates[at] = g;
    cell[at] = c;
  }
  if KEEP_SEQUENCE {
    hidden[(sample * STEPS + t) * HIDDEN_STRIDE + unit] = h;
  } else if t == STEPS - 1u {
    hidden[sample * HIDDEN_STRIDE + unit] = h;
  }
}
