// LSTM backward through time, one time step a dispatch (from the last to the first): the twin of lstm_step_forward.
//
//   dh_t = dh_t(from above) + dz_{t+1} . U^T, then dc and dz of step t as in lstm_backward.
//
// shapes      as lstm_backward; carried [E, B, H] carries dc * f from step to step
// dispatch    (ceil(H / 4 / 64), ceil(B / 4), E) for each t, workgroup 64; a thread owns 4 units x 4 rows
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override UNITS: u32;
override PARAMETER_STRIDE: u32;  // vec4s per member
override PARAMETER_OFFSET: u32;  // vec4s before this layer's kernel
override SEQUENCE_GRADIENT: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> time: Time;
@group(0) @binding(2) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(3) var<storage, read> cell: array<f32>;
@group(0) @binding(4) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(5) var<storage, read_write> gates: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> carried: array<f32>;

const ROWS = 4u;
const COLUMNS = 4u;  // units per thread

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.y * ROWS;
  let unit0 = id.x * COLUMNS;
  if row0 >= step.count || unit0 >= UNITS { return; }
  let t = time.t;

  // [unit][row]
  var dh0 = vec4f(0.0); var dh1 = vec4f(0.0); var dh2 = vec4f(0.0); var dh3 = vec4f(0.0);
  if t + 1u < STEPS {
    let recurrent = member * PARAMETER_STRIDE + PARAMETER_OFFSET + FEATURES * UNITS;
    let u0 = recurrent + unit0 * UNITS;
    let u1 = recurrent + min(unit0 + 1u, UNITS - 1u) * UNITS;
    let u2 = recurrent + min(unit0 + 2u, UNITS - 1u) * UNITS;
    let u3 = recurrent + min(unit0 + 3u, UNITS - 1u) * UNITS;
    let z0 = next_row(member, row0, t);
    let z1 = next_row(member, row0 + 1u, t);
    let z2 = next_row(member, row0 + 2u, t);
    let z3 = next_row(member, row0 + 3u, t);
    for (var k = 0u; k < UNITS; k++) {
      let d0 = gates[z0 + k];
      let d1 = gates[z1 + k];
      let d2 = gates[z2 + k];
      let d3 = gates[z3 + k];
      let w0 = parameters[u0 + k];
      let w1 = parameters[u1 + k];
      let w2 = parameters[u2 + k];
      let w3 = parameters[u3 + k];
      dh0 += vec4f(dot(d0, w0), dot(d1, w0), dot(d2, w0), dot(d3, w0));
      dh1 += vec4f(dot(d0, w1), dot(d1, w1), dot(d2, w1), dot(d3, w1));
      dh2 += vec4f(dot(d0, w2), dot(d1, w2), dot(d2, w2), dot(d3, w2));
      dh3 += vec4f(dot(d0, w3), dot(d1, w3), dot(d2, w3), dot(d3, w3));
    }
  }
  retreat(member, row0, t, unit0, dh0);
  retreat(member, row0, t, unit0 + 1u, dh1);
  retreat(member, row0, t, unit0 + 2u, dh2);
  retreat(member, row0, t, unit0 + 3u, dh3);
}

// Index of dz_{t+1} of a row; rows past the batch read a valid row and are never written.
fn next_row(member: u32, row: u32, t: u32) -> u32 {
  return ((member * BATCH + min(row, BATCH - 1u)) * STEPS + t + 1u) * UNITS;
}

fn retreat(member: u32, row0: u32, t: u32, unit: u32, dh: vec4f) {
  if unit >= UNITS { return; }
  retreat_row(member, row0, t, unit, dh.x);
  retreat_row(member, row0 + 1u, t, unit, dh.y);
  retreat_row(member, row0 + 2u, t, unit, dh.z);
  retreat_row(member, row0 + 3u, t, unit, dh.w);
}

fn retreat_row(member: u32, row: u32, t: u32, unit: u32, dh_recurrent: f32) {
  if row >= step.count { return; }
  let at = ((member * BATCH + row) * STEPS + t) * UNITS + unit;
  let last = (member * BATCH + row) * UNITS + unit;
  var c_prev = 0.0;
  if t > 0u { c_prev = cell[at - UNITS]; }
  var dc_next = 0.0;
  if t + 1u < STEPS { dc_next = carried[last]; }
  var dh = dh_recurrent;
  if SEQUENCE_GRADIENT {
    dh += output_gradient[at];
  } else if t == STEPS - 1u {
    dh += output_gradient[last];
  }
  let gradient = cell_gradient(gates[at], cell[at], c_prev, dh, dc_next);
  gates[at] = gradient.dz;
  carried[last] = gradient.dc_prev;
}
