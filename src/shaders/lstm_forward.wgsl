// LSTM forward, persistent: the whole recurrence over STEPS in one dispatch.
//
//   z_t = x_t . W + h_{t-1} . U + b      one fused product [x_t, h_{t-1}, 1] . [W; U; b], columns i | f | c | o
//   gates = (sigma_r(z_i), sigma_r(z_f), phi(z_c), sigma_r(z_o));  c_t = f * c_{t-1} + i * candidate;  h_t = o * phi(c_t)
//
// Rows of a batch are independent, so a workgroup owns ROWS rows and loops over time with a barrier a step: h lives in
// workgroup memory (two halves, so that one barrier is enough), c in registers. A thread owns 4 units x 4 rows.
//
// shapes      windows [E, windows] (start row, target row) | input series [N, D] or [E, B, T, D]
//             parameters per member: rows 0..D-1 kernel, D..D+H-1 recurrent_kernel, then bias; element (row, unit) = vec4 of gates
//             hidden [E, B, T, H] (KEEP_SEQUENCE) or [E, B, H] | cell [E, B, T, H] | gates [E, B, T, H] vec4
// dispatch    (ceil(B / 4), 1, E), workgroup ceil(H / 4)
// Sum order   k = 0..D-1 of x, then k = 0..H-1 of h, then the bias: fixed by D and H alone.
override UNITS: u32;
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

// h of the workgroup's rows: [half][unit][row], a unit's four rows side by side
var<workgroup> h_tile: array<vec4f, 2u * UNITS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let member = group.z;
  let row0 = group.x * ROWS;
  if row0 >= step.count { return; }
  let unit0 = thread * COLUMNS;
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  // A thread past the last unit repeats the last one; it computes and never writes.
  let u = min(vec4u(unit0, unit0 + 1u, unit0 + 2u, unit0 + 3u), vec4u(UNITS - 1u));

  for (var j = thread; j < UNITS; j += THREADS) { h_tile[j] = vec4f(0.0); }
  workgroupBarrier();

  // c[unit][row]
  var c0 = vec4f(0.0);
  var c1 = vec4f(0.0);
  var c2 = vec4f(0.0);
  var c3 = vec4f(0.0);
  var half = 0u;
  for (var t = 0u; t < STEPS; t++) {
    let bias = weights + (FEATURES + UNITS) * UNITS;
    // z<row><unit>
    var z00 = vec4f(0.0); var z01 = vec4f(0.0); var z02 = vec4f(0.0); var z03 = vec4f(0.0);
    var z10 = vec4f(0.0); var z11 = vec4f(0.0); var z12 = vec4f(0.0); var z13 = vec4f(0.0);
    var z20 = vec4f(0.0); var z21 = vec4f(0.0); var z22 = vec4f(0.0); var z23 = vec4f(0.0);
    var z30 = vec4f(0.0); var z31 = vec4f(0.0); var z32 = vec4f(0.0); var z33 = vec4f(0.0);

    let x0 = input_row(member, row0, t);
    let x1 = input_row(member, row0 + 1u, t);
    let x2 = input_row(member, row0 + 2u, t);
    let x3 = input_row(member, row0 + 3u, t);
    var w = weights;
    for (var k = 0u; k < FEATURES; k++) {
      let w0 = parameters[w + u.x];
      let w1 = parameters[w + u.y];
      let w2 = parameters[w + u.z];
      let w3 = parameters[w + u.w];
      let a = vec4f(input[x0 + k], input[x1 + k], input[x2 + k], input[x3 + k]);
      z00 += a.x * w0; z01 += a.x * w1; z02 += a.x * w2; z03 += a.x * w3;
      z10 += a.y * w0; z11 += a.y * w1; z12 += a.y * w2; z13 += a.y * w3;
      z20 += a.z * w0; z21 += a.z * w1; z22 += a.z * w2; z23 += a.z * w3;
      z30 += a.w * w0; z31 += a.w * w1; z32 += a.w * w2; z33 += a.w * w3;
      w += UNITS;
    }
    let h = half * UNITS;
    for (var k = 0u; k < UNITS; k++) {
      let w0 = parameters[w + u.x];
      let w1 = parameters[w + u.y];
      let w2 = parameters[w + u.z];
      let w3 = parameters[w + u.w];
      let a = h_tile[h + k];
      z00 += a.x * w0; z01 += a.x * w1; z02 += a.x * w2; z03 += a.x * w3;
      z10 += a.y * w0; z11 += a.y * w1; z12 += a.y * w2; z13 += a.y * w3;
      z20 += a.z * w0; z21 += a.z * w1; z22 += a.z * w2; z23 += a.z * w3;
      z30 += a.w * w0; z31 += a.w * w1; z32 += a.w * w2; z33 += a.w * w3;
      w += UNITS;
    }

    half = 1u - half;
    c0 = advance(member, row0, t, half, unit0, parameters[bias + u.x], c0, z00, z10, z20, z30);
    c1 = advance(member, row0, t, half, unit0 + 1u, parameters[bias + u.y], c1, z01, z11, z21, z31);
    c2 = advance(member, row0, t, half, unit0 + 2u, parameters[bias + u.z], c2, z02, z12, z22, z32);
    c3 = advance(member, row0, t, half, unit0 + 3u, parameters[bias + u.w], c3, z03, z13, z23, z33);
    workgroupBarrier();
  }
}

// Cell update of one unit for the four rows; writes what is kept and returns the new c.
fn advance(member: u32, row0: u32, t: u32, half: u32, unit: u32, bias: vec4f, c_prev: vec4f,
           z0: vec4f, z1: vec4f, z2: vec4f, z3: vec4f) -> vec4f {
  let g0 = cell_gates(z0 + bias);
  let g1 = cell_gates(z1 + bias);
  let g2 = cell_gates(z2 + bias);
  let g3 = cell_gates(z3 + bias);
  let c = vec4f(cell_state(g0, c_prev.x), cell_state(g1, c_prev.y), cell_state(g2, c_prev.z), cell_state(g3, c_prev.w));
  let h = vec4f(cell_output(g0, c.x), cell_output(g1, c.y), cell_output(g2, c.z), cell_output(g3, c.w));
  if unit < UNITS {
    h_tile[half * UNITS + unit] = h;
    keep(member, row0, t, unit, g0, c.x, h.x);
    keep(member, row0 + 1u, t, unit, g1, c.y, h.y);
    keep(member, row0 + 2u, t, unit, g2, c.z, h.z);
    keep(member, row0 + 3u, t, unit, g3, c.w, h.w);
  }
  return c;
}

fn keep(member: u32, row: u32, t: u32, unit: u32, g: vec4f, c: f32, h: f32) {
  if row >= step.count { return; }
  let at = ((member * BATCH + row) * STEPS + t) * UNITS + unit;
  if KEEP_GATES {
    gates[at] = g;
    cell[at] = c;
  }
  if KEEP_SEQUENCE {
    hidden[at] = h;
  } else if t == STEPS - 1u {
    hidden[(member * BATCH + row) * UNITS + unit] = h;
  }
}
